"""The most that a sack can be worth: things of given weights and values, each taken once or not at all."""


def knapsack(weights, values, best):
    capacity = best.shape[0] - 1
    for w in range(capacity + 1):
        best[w] = 0
    for i in range(weights.shape[0]):
        weight = weights[i]
        value = values[i]
        for w in range(capacity, weight - 1, -1):
            best[w] = max(best[w], best[w - weight] + value)
    return best[capacity]
