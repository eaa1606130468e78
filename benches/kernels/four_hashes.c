#include <stdint.h>

static inline uint64_t turn(uint64_t x, int count) { return (x << count) | (x >> (64 - count)); }

uint64_t four_hashes(const uint64_t *words, int64_t n) {
    const uint64_t p1 = 0x9E3779B185EBCA87ull, p2 = 0xC2B2AE3D27D4EB4Full;
    uint64_t a = p1, b = p2, c = 0, d = 1;
    for (int64_t i = 0; i < n - 3; i += 4) {
        a = turn(a + words[i] * p2, 31) * p1;
        b = turn(b + words[i + 1] * p2, 31) * p1;
        c = turn(c + words[i + 2] * p2, 31) * p1;
        d = turn(d + words[i + 3] * p2, 31) * p1;
    }
    return turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18);
}
