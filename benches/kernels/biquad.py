"""A recursive filter of second order."""


def biquad(x, b0, b1, b2, a1, a2, y):
    s1 = 0.0
    s2 = 0.0
    for i in range(x.shape[0]):
        value = b0 * x[i] + s1
        s1 = b1 * x[i] - a1 * value + s2
        s2 = b2 * x[i] - a2 * value
        y[i] = value
