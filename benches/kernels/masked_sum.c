#include <stdint.h>

double masked_sum(const double *restrict x, int64_t n, const uint8_t *restrict mask, int64_t n1) {
    double s = 0.0;
    for (int64_t i = 0; i < n; i++)
        if (mask[i]) s += x[i];
    return s;
}
