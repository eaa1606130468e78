#include <stdint.h>

void floyd_warshall(const double *restrict lengths, int64_t n, int64_t n1, double *restrict dist, int64_t n2, int64_t n3) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) dist[i * n + j] = lengths[i * n + j];
    for (int64_t k = 0; k < n; k++)
        for (int64_t i = 0; i < n; i++) {
            double first = dist[i * n + k];
            for (int64_t j = 0; j < n; j++) {
                double way = first + dist[k * n + j];
                if (way < dist[i * n + j]) dist[i * n + j] = way;
            }
        }
}
