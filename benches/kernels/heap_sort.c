#include <stdint.h>

static void sift(double *restrict x, int64_t start, int64_t end) {
    double value = x[start];
    int64_t root = start, child = 2 * root + 1;
    while (child < end) {
        if (child + 1 < end && x[child] < x[child + 1]) child += 1;
        if (!(value < x[child])) break;
        x[root] = x[child];
        root = child;
        child = 2 * root + 1;
    }
    x[root] = value;
}

void heap_sort(const double *restrict source, int64_t n, double *restrict x, int64_t n1) {
    for (int64_t i = 0; i < n; i++) x[i] = source[i];
    for (int64_t start = n / 2 - 1; start >= 0; start--) sift(x, start, n);
    for (int64_t end = n - 1; end > 0; end--) {
        double t = x[0];
        x[0] = x[end];
        x[end] = t;
        sift(x, 0, end);
    }
}
