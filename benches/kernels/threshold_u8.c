#include <stdint.h>

void threshold_u8(const uint8_t *image, int64_t h, int64_t w, int64_t level, uint8_t *restrict out, int64_t h1, int64_t w1) {
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < w; j++) {
            if (image[i * w + j] > level)
                out[i * w1 + j] = 255;
            else
                out[i * w1 + j] = 0;
        }
}
