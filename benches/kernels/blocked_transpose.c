#include <stdint.h>

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

void blocked_transpose(const double *restrict a, int64_t n, int64_t m, double *restrict out, int64_t m1, int64_t n1) {
    for (int64_t i0 = 0; i0 < n; i0 += 16)
        for (int64_t j0 = 0; j0 < m; j0 += 16)
            for (int64_t i = i0; i < least(i0 + 16, n); i++)
                for (int64_t j = j0; j < least(j0 + 16, m); j++) out[j * n1 + i] = a[i * m + j];
}
