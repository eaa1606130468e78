#include <stdint.h>

static inline uint8_t least(uint8_t a, uint8_t b, uint8_t c) {
    uint8_t m = b < a ? b : a;
    return c < m ? c : m;
}

void erode_u8(const uint8_t *image, int64_t h, int64_t w, uint8_t *restrict out, int64_t h1, int64_t w1) {
    for (int64_t i = 1; i < h - 1; i++)
        for (int64_t j = 1; j < w - 1; j++) {
            const uint8_t *p = image + i * w + j;
            uint8_t above = least(p[-w - 1], p[-w], p[-w + 1]);
            uint8_t here = least(p[-1], p[0], p[1]);
            uint8_t below = least(p[w - 1], p[w], p[w + 1]);
            out[i * w1 + j] = least(above, here, below);
        }
}
