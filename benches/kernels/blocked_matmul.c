#include <stdint.h>

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

void blocked_matmul(const double *restrict a, int64_t n, int64_t n1, const double *restrict b, int64_t n2, int64_t n3, double *restrict out, int64_t n4, int64_t n5) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) out[i * n + j] = 0.0;
    for (int64_t i0 = 0; i0 < n; i0 += 32)
        for (int64_t k0 = 0; k0 < n; k0 += 32)
            for (int64_t j0 = 0; j0 < n; j0 += 32)
                for (int64_t i = i0; i < least(i0 + 32, n); i++)
                    for (int64_t k = k0; k < least(k0 + 32, n); k++) {
                        double x = a[i * n + k];
                        for (int64_t j = j0; j < least(j0 + 32, n); j++) out[i * n + j] += x * b[k * n + j];
                    }
}
