"""The longest way to 1 by halving even numbers and tripling odd ones, of all starts below a limit."""


def collatz(limit):
    longest = 0
    for start in range(1, limit):
        n = start
        steps = 0
        while n != 1:
            if n & 1:
                n = 3 * n + 1
            else:
                n >>= 1
            steps += 1
        longest = max(longest, steps)
    return longest
