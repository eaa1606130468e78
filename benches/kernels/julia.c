#include <stdint.h>

void julia(double cr, double ci, int64_t limit, int32_t *restrict out, int64_t h, int64_t w) {
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < w; j++) {
            double zr = 3.0 * j / w - 1.5;
            double zi = 3.0 * i / h - 1.5;
            int64_t k = 0;
            while (k < limit && zr * zr + zi * zi <= 4.0) {
                double next = zr * zr - zi * zi + cr;
                zi = 2.0 * zr * zi + ci;
                zr = next;
                k += 1;
            }
            out[i * w + j] = k;
        }
}
