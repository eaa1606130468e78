#include <stdint.h>

double kmeans_step(const double *restrict points, int64_t n, int64_t dimensions, const double *restrict centres, int64_t k, int64_t d1,
                   int64_t *restrict labels, int64_t n1, double *restrict sums, int64_t k1, int64_t d2, int64_t *restrict counts, int64_t k2) {
    for (int64_t c = 0; c < k; c++) {
        counts[c] = 0;
        for (int64_t d = 0; d < dimensions; d++) sums[c * dimensions + d] = 0.0;
    }
    double total = 0.0;
    for (int64_t i = 0; i < n; i++) {
        int64_t nearest = 0;
        double least = 1e300;
        for (int64_t c = 0; c < k; c++) {
            double distance = 0.0;
            for (int64_t d = 0; d < dimensions; d++) {
                double x = points[i * dimensions + d] - centres[c * dimensions + d];
                distance += x * x;
            }
            if (distance < least) {
                least = distance;
                nearest = c;
            }
        }
        labels[i] = nearest;
        counts[nearest] += 1;
        for (int64_t d = 0; d < dimensions; d++) sums[nearest * dimensions + d] += points[i * dimensions + d];
        total += least;
    }
    return total;
}
