"""How much a signal is like itself some steps later."""


def autocorrelation(x, out):
    for lag in range(out.shape[0]):
        s = 0.0
        for i in range(x.shape[0] - lag):
            s += x[i] * x[i + lag]
        out[lag] = s
