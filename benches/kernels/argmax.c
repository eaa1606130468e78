#include <stdint.h>

int64_t argmax(const double *x, int64_t n) {
    double best = x[0];
    int64_t at = 0;
    for (int64_t i = 1; i < n; i++)
        if (x[i] > best) {
            best = x[i];
            at = i;
        }
    return at;
}
