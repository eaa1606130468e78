#include <stdint.h>

void lower_solve(const double *restrict matrix, int64_t n, int64_t n1, const double *restrict right, int64_t n2, double *restrict x, int64_t n3) {
    for (int64_t i = 0; i < n; i++) {
        double s = right[i];
        for (int64_t j = 0; j < i; j++) s -= matrix[i * n + j] * x[j];
        x[i] = s / matrix[i * n + i];
    }
}
