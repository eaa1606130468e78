#include <stdint.h>

int64_t knapsack(const int64_t *restrict weights, int64_t n, const int64_t *restrict values, int64_t n1, int64_t *restrict best, int64_t slots) {
    int64_t capacity = slots - 1;
    for (int64_t w = 0; w <= capacity; w++) best[w] = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t weight = weights[i], value = values[i];
        for (int64_t w = capacity; w > weight - 1; w--) {
            int64_t with = best[w - weight] + value;
            if (with > best[w]) best[w] = with;
        }
    }
    return best[capacity];
}
