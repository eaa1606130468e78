#include <stdint.h>

void column_sums(const double *restrict a, int64_t n, int64_t m, double *restrict out, int64_t m1) {
    for (int64_t j = 0; j < m; j++) {
        double s = 0.0;
        for (int64_t i = 0; i < n; i++) s += a[i * m + j];
        out[j] = s;
    }
}
