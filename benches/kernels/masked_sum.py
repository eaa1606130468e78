"""The sum of the numbers whose flag is set."""


def masked_sum(x, mask):
    s = 0.0
    for i in range(x.shape[0]):
        if mask[i]:
            s += x[i]
    return s
