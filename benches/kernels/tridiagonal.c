#include <stdint.h>

void tridiagonal(const double *restrict lower, int64_t n0, const double *restrict diagonal, int64_t n, const double *restrict upper, int64_t n2,
                 const double *restrict right, int64_t n3, double *restrict c, int64_t n4, double *restrict x, int64_t n5) {
    c[0] = upper[0] / diagonal[0];
    x[0] = right[0] / diagonal[0];
    for (int64_t i = 1; i < n; i++) {
        double m = 1.0 / (diagonal[i] - lower[i] * c[i - 1]);
        c[i] = upper[i] * m;
        x[i] = (right[i] - lower[i] * x[i - 1]) * m;
    }
    for (int64_t i = n - 2; i >= 0; i--) x[i] -= c[i] * x[i + 1];
}
