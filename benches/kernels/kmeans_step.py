"""One step of k-means: each point to its nearest centre, and the sums of the new centres."""


def kmeans_step(points, centres, labels, sums, counts):
    dimensions = points.shape[1]
    for c in range(centres.shape[0]):
        counts[c] = 0
        for d in range(dimensions):
            sums[c, d] = 0.0
    total = 0.0
    for i in range(points.shape[0]):
        nearest = 0
        least = 1e300
        for c in range(centres.shape[0]):
            distance = 0.0
            for d in range(dimensions):
                x = points[i, d] - centres[c, d]
                distance += x * x
            if distance < least:
                least = distance
                nearest = c
        labels[i] = nearest
        counts[nearest] += 1
        for d in range(dimensions):
            sums[nearest, d] += points[i, d]
        total += least
    return total
