"""Steps of Runge and Kutta's method along the attractor of Lorenz."""


def slopes(x, y, z):
    return 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z


def rk4(steps, dt):
    x, y, z = 1.0, 1.0, 1.0
    half = 0.5 * dt
    for _ in range(steps):
        ax, ay, az = slopes(x, y, z)
        bx, by, bz = slopes(x + half * ax, y + half * ay, z + half * az)
        cx, cy, cz = slopes(x + half * bx, y + half * by, z + half * bz)
        dx, dy, dz = slopes(x + dt * cx, y + dt * cy, z + dt * cz)
        x += dt / 6.0 * (ax + 2.0 * bx + 2.0 * cx + dx)
        y += dt / 6.0 * (ay + 2.0 * by + 2.0 * cy + dy)
        z += dt / 6.0 * (az + 2.0 * bz + 2.0 * cz + dz)
    return x + y + z
