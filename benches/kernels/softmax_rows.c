#include <math.h>
#include <stdint.h>

void softmax_rows(const double *restrict a, int64_t n, int64_t m, double *restrict out, int64_t n1, int64_t m1) {
    for (int64_t i = 0; i < n; i++) {
        double most = a[i * m];
        for (int64_t j = 0; j < m; j++)
            if (a[i * m + j] > most) most = a[i * m + j];
        double total = 0.0;
        for (int64_t j = 0; j < m; j++) {
            out[i * m + j] = exp(a[i * m + j] - most);
            total += out[i * m + j];
        }
        for (int64_t j = 0; j < m; j++) out[i * m + j] /= total;
    }
}
