"""Where rays from the origin meet a sphere; -1 where they do not."""
import math


def ray_sphere(directions, cx, cy, cz, radius, out):
    outside = cx * cx + cy * cy + cz * cz - radius * radius
    for i in range(directions.shape[0]):
        dx = directions[i, 0]
        dy = directions[i, 1]
        dz = directions[i, 2]
        a = dx * dx + dy * dy + dz * dz
        b = dx * cx + dy * cy + dz * cz
        inside = b * b - a * outside
        if inside < 0.0:
            out[i] = -1.0
        else:
            out[i] = (b - math.sqrt(inside)) / a
