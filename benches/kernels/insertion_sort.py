"""Runs of 32 numbers, each sorted by insertion."""


def insertion_sort(source, x):
    n = source.shape[0]
    for i in range(n):
        x[i] = source[i]
    for start in range(0, n, 32):
        for i in range(start + 1, min(start + 32, n)):
            value = x[i]
            j = i
            while j > start and x[j - 1] > value:
                x[j] = x[j - 1]
                j -= 1
            x[j] = value
