#include <stdint.h>

typedef struct { double x, y, z; } vector;

static inline vector slopes(double x, double y, double z) {
    return (vector){10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z};
}

double rk4(int64_t steps, double dt) {
    double x = 1.0, y = 1.0, z = 1.0, half = 0.5 * dt;
    for (int64_t i = 0; i < steps; i++) {
        vector a = slopes(x, y, z);
        vector b = slopes(x + half * a.x, y + half * a.y, z + half * a.z);
        vector c = slopes(x + half * b.x, y + half * b.y, z + half * b.z);
        vector d = slopes(x + dt * c.x, y + dt * c.y, z + dt * c.z);
        x += dt / 6.0 * (a.x + 2.0 * b.x + 2.0 * c.x + d.x);
        y += dt / 6.0 * (a.y + 2.0 * b.y + 2.0 * c.y + d.y);
        z += dt / 6.0 * (a.z + 2.0 * b.z + 2.0 * c.z + d.z);
    }
    return x + y + z;
}
