#include <stdint.h>

void normalise_u8(const uint8_t *image, int64_t n, double mean, double scale, float *restrict out, int64_t n1) {
    for (int64_t i = 0; i < n; i++) out[i] = (image[i] - mean) * scale;
}
