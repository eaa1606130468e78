#include <stdint.h>

void clip_gather(const double *restrict values, int64_t m, const int32_t *restrict places, int64_t n, double low, double high, double *restrict out, int64_t n1) {
    for (int64_t i = 0; i < n; i++) {
        double v = values[places[i]];
        v = v < low ? low : v;
        out[i] = v > high ? high : v;
    }
}
