#include <stdint.h>

void wave1d(const double *now, int64_t n, const double *before, int64_t n1, double courant, double *restrict out, int64_t n2) {
    for (int64_t i = 2; i < n - 2; i++) {
        double bend = (16.0 * (now[i - 1] + now[i + 1]) - now[i - 2] - now[i + 2] - 30.0 * now[i]) / 12.0;
        out[i] = 2.0 * now[i] - before[i] + courant * bend;
    }
}
