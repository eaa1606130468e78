#include <stdint.h>

uint64_t fnv1a(const uint8_t *data, int64_t n) {
    uint64_t h = 0xCBF29CE484222325ull;
    for (int64_t i = 0; i < n; i++) {
        h ^= data[i];
        h *= 0x100000001B3ull;
    }
    return h;
}
