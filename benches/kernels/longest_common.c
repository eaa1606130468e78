#include <stdint.h>

int64_t longest_common(const uint8_t *restrict a, int64_t n, const uint8_t *restrict b, int64_t m, int64_t *restrict row, int64_t m1) {
    for (int64_t j = 0; j < m1; j++) row[j] = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t diagonal = 0;
        for (int64_t j = 0; j < m; j++) {
            int64_t above = row[j + 1];
            if (a[i] == b[j])
                row[j + 1] = diagonal + 1;
            else
                row[j + 1] = above > row[j] ? above : row[j];
            diagonal = above;
        }
    }
    return row[m];
}
