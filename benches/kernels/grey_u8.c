#include <stdint.h>

void grey_u8(const uint8_t *image, int64_t h, int64_t w, int64_t channels, uint8_t *restrict out, int64_t h1, int64_t w1) {
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < w; j++) {
            const uint8_t *pixel = image + (i * w + j) * channels;
            out[i * w1 + j] = (77 * (int64_t)pixel[0] + 150 * (int64_t)pixel[1] + 29 * (int64_t)pixel[2]) >> 8;
        }
}
