#include <stdint.h>

int64_t crc32(const uint32_t *restrict table, int64_t entries, const uint8_t *restrict data, int64_t n) {
    int64_t crc = 0xFFFFFFFF;
    for (int64_t i = 0; i < n; i++) crc = table[(crc ^ data[i]) & 0xFF] ^ (crc >> 8);
    return crc ^ 0xFFFFFFFF;
}
