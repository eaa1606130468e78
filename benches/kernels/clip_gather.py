"""Values at given places, limited to a range."""


def clip_gather(values, places, low, high, out):
    for i in range(places.shape[0]):
        out[i] = min(max(values[places[i]], low), high)
