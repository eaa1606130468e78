"""Heapsort."""


def sift(x, start, end):
    value = x[start]
    root = start
    child = 2 * root + 1
    while child < end:
        if child + 1 < end and x[child] < x[child + 1]:
            child += 1
        if not value < x[child]:
            break
        x[root] = x[child]
        root = child
        child = 2 * root + 1
    x[root] = value


def heap_sort(source, x):
    n = source.shape[0]
    for i in range(n):
        x[i] = source[i]
    for start in range(n // 2 - 1, -1, -1):
        sift(x, start, n)
    for end in range(n - 1, 0, -1):
        x[0], x[end] = x[end], x[0]
        sift(x, 0, end)
