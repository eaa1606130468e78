#include <math.h>
#include <stdint.h>

void pair_forces(const float *restrict x, int64_t n, const float *restrict y, int64_t n1, float *restrict out, int64_t n2) {
    for (int64_t i = 0; i < n; i++) {
        float s = 0.0f;
        for (int64_t j = 0; j < n; j++) {
            float dx = x[j] - x[i], dy = y[j] - y[i];
            s += 1.0f / sqrtf(dx * dx + dy * dy + 1.0f);
        }
        out[i] = s;
    }
}
