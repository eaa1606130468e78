"""How many primes are smaller than the length of an array of flags."""


def sieve(flags):
    n = flags.shape[0]
    for i in range(n):
        flags[i] = 1
    flags[0] = 0
    flags[1] = 0
    p = 2
    while p * p < n:
        if flags[p] == 1:
            for m in range(p * p, n, p):
                flags[m] = 0
        p += 1
    count = 0
    for i in range(n):
        count += flags[i]
    return count
