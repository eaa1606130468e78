#include <stdint.h>

void blend_u8(const uint8_t *a, int64_t h, int64_t w, const uint8_t *b, int64_t h1, int64_t w1, int64_t weight, uint8_t *restrict out, int64_t h2, int64_t w2) {
    for (int64_t i = 0; i < h2; i++)
        for (int64_t j = 0; j < w2; j++)
            out[i * w2 + j] = (a[i * w + j] * weight + b[i * w1 + j] * (256 - weight)) >> 8;
}
