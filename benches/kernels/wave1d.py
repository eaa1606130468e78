"""One step of the wave equation on a line, with neighbours at distances 1 and 2."""


def wave1d(now, before, courant, out):
    for i in range(2, now.shape[0] - 2):
        bend = (16.0 * (now[i - 1] + now[i + 1]) - now[i - 2] - now[i + 2] - 30.0 * now[i]) / 12.0
        out[i] = 2.0 * now[i] - before[i] + courant * bend
