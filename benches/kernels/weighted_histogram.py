"""The sum of the weights in each bin."""


def weighted_histogram(bins, weights, sums):
    for b in range(sums.shape[0]):
        sums[b] = 0.0
    for i in range(bins.shape[0]):
        sums[bins[i]] += weights[i]
