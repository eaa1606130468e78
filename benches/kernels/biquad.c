#include <stdint.h>

void biquad(const double *restrict x, int64_t n, double b0, double b1, double b2, double a1, double a2, double *restrict y, int64_t n1) {
    double s1 = 0.0, s2 = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double value = b0 * x[i] + s1;
        s1 = b1 * x[i] - a1 * value + s2;
        s2 = b2 * x[i] - a2 * value;
        y[i] = value;
    }
}
