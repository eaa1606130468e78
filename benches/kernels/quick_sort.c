#include <stdint.h>

void quick_sort(const double *restrict source, int64_t n, double *restrict x, int64_t n1, int64_t *restrict stack, int64_t depth) {
    for (int64_t i = 0; i < n; i++) x[i] = source[i];
    stack[0] = 0;
    stack[1] = n - 1;
    int64_t top = 2;
    while (top > 0) {
        top -= 2;
        int64_t low = stack[top], high = stack[top + 1];
        while (low < high) {
            double pivot = x[(low + high) >> 1];
            int64_t i = low, j = high;
            while (i <= j) {
                while (x[i] < pivot) i += 1;
                while (pivot < x[j]) j -= 1;
                if (i <= j) {
                    double t = x[i];
                    x[i] = x[j];
                    x[j] = t;
                    i += 1;
                    j -= 1;
                }
            }
            if (j - low < high - i) {
                stack[top] = i;
                stack[top + 1] = high;
                top += 2;
                high = j;
            } else {
                stack[top] = low;
                stack[top + 1] = j;
                top += 2;
                low = i;
            }
        }
    }
}
