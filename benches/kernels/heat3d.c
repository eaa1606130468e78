#include <stdint.h>

void heat3d(const double *a, int64_t n, int64_t m, int64_t l, double rate, double *restrict out, int64_t n1, int64_t m1, int64_t l1) {
    for (int64_t i = 1; i < n - 1; i++)
        for (int64_t j = 1; j < m - 1; j++)
            for (int64_t k = 1; k < l - 1; k++) {
                const double *p = a + (i * m + j) * l + k;
                double around = p[-m * l] + p[m * l] + p[-l] + p[l] + p[-1] + p[1];
                out[(i * m1 + j) * l1 + k] = p[0] + rate * (around - 6.0 * p[0]);
            }
}
