#include <math.h>
#include <stdint.h>

void sobel(const float *image, int64_t h, int64_t w, float *restrict out, int64_t h1, int64_t w1) {
    for (int64_t i = 1; i < h - 1; i++)
        for (int64_t j = 1; j < w - 1; j++) {
            const float *p = image + i * w + j;
            float right = p[-w + 1] + p[1] + p[1] + p[w + 1];
            float left = p[-w - 1] + p[-1] + p[-1] + p[w - 1];
            float below = p[w - 1] + p[w] + p[w] + p[w + 1];
            float above = p[-w - 1] + p[-w] + p[-w] + p[-w + 1];
            out[i * w1 + j] = fabsf(right - left) + fabsf(below - above);
        }
}
