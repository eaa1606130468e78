#include <stdint.h>

void weighted_histogram(const int32_t *restrict bins, int64_t n, const double *restrict weights, int64_t n1, double *restrict sums, int64_t k) {
    for (int64_t b = 0; b < k; b++) sums[b] = 0.0;
    for (int64_t i = 0; i < n; i++) sums[bins[i]] += weights[i];
}
