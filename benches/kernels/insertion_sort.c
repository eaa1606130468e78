#include <stdint.h>

void insertion_sort(const double *restrict source, int64_t n, double *restrict x, int64_t n1) {
    for (int64_t i = 0; i < n; i++) x[i] = source[i];
    for (int64_t start = 0; start < n; start += 32) {
        int64_t end = start + 32 < n ? start + 32 : n;
        for (int64_t i = start + 1; i < end; i++) {
            double value = x[i];
            int64_t j = i;
            while (j > start && x[j - 1] > value) {
                x[j] = x[j - 1];
                j -= 1;
            }
            x[j] = value;
        }
    }
}
