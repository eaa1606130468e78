#include <math.h>
#include <stdint.h>

void nbody(const double *restrict p, int64_t n, int64_t three, const double *restrict masses, int64_t n1, double *restrict a, int64_t n2, int64_t three1) {
    for (int64_t i = 0; i < n; i++) {
        double ax = 0.0, ay = 0.0, az = 0.0;
        for (int64_t j = 0; j < n; j++) {
            double dx = p[j * 3] - p[i * 3];
            double dy = p[j * 3 + 1] - p[i * 3 + 1];
            double dz = p[j * 3 + 2] - p[i * 3 + 2];
            double square = dx * dx + dy * dy + dz * dz + 1e-9;
            double pull = masses[j] / (square * sqrt(square));
            ax += dx * pull;
            ay += dy * pull;
            az += dz * pull;
        }
        a[i * 3] = ax;
        a[i * 3 + 1] = ay;
        a[i * 3 + 2] = az;
    }
}
