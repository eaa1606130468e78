"""The position of the largest number."""


def argmax(x):
    best = x[0]
    at = 0
    for i in range(1, x.shape[0]):
        if x[i] > best:
            best = x[i]
            at = i
    return at
