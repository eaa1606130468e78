#include <math.h>
#include <stdint.h>

void ray_sphere(const double *restrict d, int64_t n, int64_t three, double cx, double cy, double cz, double radius, double *restrict out, int64_t n1) {
    double outside = cx * cx + cy * cy + cz * cz - radius * radius;
    for (int64_t i = 0; i < n; i++) {
        double dx = d[i * 3], dy = d[i * 3 + 1], dz = d[i * 3 + 2];
        double a = dx * dx + dy * dy + dz * dz;
        double b = dx * cx + dy * cy + dz * cz;
        double inside = b * b - a * outside;
        if (inside < 0.0)
            out[i] = -1.0;
        else
            out[i] = (b - sqrt(inside)) / a;
    }
}
