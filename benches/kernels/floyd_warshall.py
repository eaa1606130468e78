"""The shortest ways between all pairs of nodes."""


def floyd_warshall(lengths, dist):
    n = lengths.shape[0]
    for i in range(n):
        for j in range(n):
            dist[i, j] = lengths[i, j]
    for k in range(n):
        for i in range(n):
            first = dist[i, k]
            for j in range(n):
                way = first + dist[k, j]
                if way < dist[i, j]:
                    dist[i, j] = way
