#include <stdint.h>

void autocorrelation(const double *restrict x, int64_t n, double *restrict out, int64_t lags) {
    for (int64_t lag = 0; lag < lags; lag++) {
        double s = 0.0;
        for (int64_t i = 0; i < n - lag; i++) s += x[i] * x[i + lag];
        out[lag] = s;
    }
}
