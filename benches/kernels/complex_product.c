#include <stdint.h>

void complex_product(const double *restrict x, int64_t n, const double *restrict y, int64_t n1, double *restrict out, int64_t n2) {
    for (int64_t i = 0; i < n; i++) {
        double a = x[2 * i], b = x[2 * i + 1], c = y[2 * i], d = y[2 * i + 1];
        out[2 * i] = a * c - b * d + a;
        out[2 * i + 1] = a * d + b * c + b;
    }
}
