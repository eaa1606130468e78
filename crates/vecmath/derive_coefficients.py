"""Derives the numbers of `src/coefficients.rs`, and writes that file: `python derive_coefficients.py > src/coefficients.rs` (needs mpmath).

Polynomials interpolate what they stand for at the zeros of a Chebyshev polynomial, in 400 bits: their largest error is within a small factor of the least
possible one (L. N. Trefethen, "Approximation Theory and Approximation Practice", chapter 15). Each coefficient is then rounded to the nearest float64.
Constants in several parts are cut as W. J. Cody and W. Waite, "Software Manual for the Elementary Functions", 1980, do it: the first parts have so
few bits that their products with small integers are exact.
"""

import mpmath
from mpmath import mp, mpf

# As many as the bits of 2 / pi need.
mp.prec = 1400


def nodes(low, high, count):
    return [(low + high) / 2 + (high - low) / 2 * mpmath.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]


def interpolated(function, low, high, count):
    """The coefficients, from the constant on, of the polynomial with so many coefficients."""
    points = nodes(mpf(low), mpf(high), count)
    differences = [function(x) for x in points]
    for order in range(1, count):
        for k in range(count - 1, order - 1, -1):
            differences[k] = (differences[k] - differences[k - 1]) / (points[k] - points[k - order])
    coefficients = [mpf(0)] * count
    for k in range(count - 1, -1, -1):
        shifted = [mpf(0)] + coefficients[:-1]
        coefficients = [a - points[k] * b for a, b in zip(shifted, coefficients)]
        coefficients[0] += differences[k]
    return coefficients


def rounded(function, low, high, count):
    """The same with coefficients that are float64s."""
    return [float(coefficient) for coefficient in interpolated(function, low, high, count)]


def largest_error(function, coefficients, low, high):
    worst = mpf(0)
    for k in range(401):
        x = low + (high - low) * mpf(k) / 400
        if x != 0:
            worst = max(worst, abs(mpmath.polyval([mpf(c) for c in reversed(coefficients)], x) - function(x)))
    return worst


def cut(value, bits):
    """The value with so many bits, towards zero."""
    mantissa, exponent = mpmath.frexp(value)
    return mpmath.ldexp(mpmath.floor(mantissa * 2**bits) if mantissa > 0 else mpmath.ceil(mantissa * 2**bits), exponent - bits)


def parts(value, *bits):
    """The value as a sum: a part of so many bits each, and the rest as a float64."""
    found = []
    for count in bits:
        found.append(float(cut(value, count)))
        value -= mpf(found[-1])
    return found + [float(value)]


def line(name, documentation, value):
    """A constant of a file that goes by columns."""
    print(f"/// {documentation}")
    if isinstance(value, list):
        print(f"pub(crate) const {name}: [f64; {len(value)}] = [")
        for number in value:
            print(f"    {number!r},")
        print("];")
    else:
        print(f"pub(crate) const {name}: f64 = {value!r};")


def polynomial(name, documentation, function, low, high, count):
    coefficients = rounded(function, low, high, count)
    error = largest_error(function, coefficients, mpf(low), mpf(high))
    line(name, f"{documentation}, for x from {mpmath.nstr(mpf(low), 6)} to {mpmath.nstr(mpf(high), 6)}, within {mpmath.nstr(error, 2)}.", coefficients)


def series(terms, x, count=60):
    return mpmath.fsum(terms(k) * x**k for k in range(count))


def cos_tail(z):
    return series(lambda k: mpf(-1) ** k / mpmath.factorial(2 * k + 4), z, 40)


def main():
    print("//! Numbers that functions are computed with. Written by `derive_coefficients.py`, which says how.")
    print("#![allow(clippy::excessive_precision, clippy::approx_constant)] // They are written as they were derived.")
    print()
    ln2 = mpmath.log(2)
    half = ln2 / 2 * mpf("1.0001")
    line("LOG2_E", "1 / log 2.", float(1 / ln2))
    line("LN_2", "log 2; the first part has 41 bits, its product with an exponent is exact.", parts(ln2, 41))
    line("LN_2_THREE", "log 2 in three parts; the products of the first two with an exponent are exact.", parts(ln2, 41, 41))
    line("LN_2_PAIR", "log 2, for products in two parts: 26 bits and the rest.", parts(ln2, 26))
    line("LOG2_E_PAIR", "1 / log 2 as a float and what is left.", parts(1 / ln2, 53))
    line("LOG10_E_PAIR", "1 / log 10 as a float and what is left.", parts(1 / mpmath.log(10), 53))
    line("LOG10_2", "log10 2; the first part has 41 bits.", parts(mpmath.log10(2), 41))
    exp_tail = lambda x: series(lambda k: 1 / mpmath.factorial(k + 2), x, 40)
    polynomial("EXP_TAIL", "(exp x - 1 - x) / x^2", exp_tail, -half, half, 11)
    exp2_tail = lambda x: series(lambda k: ln2 ** (k + 2) / mpmath.factorial(k + 2), x, 40)
    polynomial("EXP2_TAIL", "(2^x - 1 - x log 2) / x^2", exp2_tail, mpf("-0.50001"), mpf("0.50001"), 11)

    # log(1 + f) = 2 s + s^3 L(s^2), s = f / (2 + f).
    most = ((mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1)) ** 2 * mpf("1.0001")
    log_tail = lambda z: series(lambda k: mpf(2) / (2 * k + 3), z, 80)
    polynomial("LOG_TAIL", "(2 artanh s - 2 s) / s^3 with x = s^2", log_tail, 0, most, 7)
    third = parts(mpf(2) / 3, 53)
    line("LOG_SECOND", "2 / 3 as a float and what is left.", third)
    log_rest = lambda z: series(lambda k: mpf(2) / (2 * k + 5), z, 80)
    polynomial("LOG_REST", "(2 artanh s - 2 s - 2/3 s^3) / s^5 with x = s^2", log_rest, 0, most, 9)

    line("TWO_OVER_PI", "2 / pi.", float(2 / mp.pi))
    line("HALF_PI", "pi / 2; the products of the first three parts with integers below 2^20 are exact.", parts(mp.pi / 2, 33, 33, 33))
    bits = int(mpmath.floor(mpmath.ldexp(2 / mp.pi, 64 * WORDS)))
    words = [bits >> (64 * (WORDS - 1 - k)) & (2**64 - 1) for k in range(WORDS)]
    print("/// The bits of 2 / pi behind the point.")
    print(f"pub(crate) const TWO_OVER_PI_BITS: [u64; {WORDS}] = [")
    for word in words:
        print(f"    0x{word:016x},")
    print("];")
    line("HALF_PI_PAIR", "pi / 2 as a float and what is left.", parts(mp.pi / 2, 53))
    quarter = (mp.pi / 4 * mpf("1.0001")) ** 2
    sin_tail = lambda z: series(lambda k: -(mpf(-1) ** k) / mpmath.factorial(2 * k + 3), z, 40)
    polynomial("SIN_TAIL", "(sin r - r) / r^3 with x = r^2", sin_tail, 0, quarter, 7)
    polynomial("COS_TAIL", "(cos r - 1 + r^2 / 2) / r^4 with x = r^2", cos_tail, 0, quarter, 6)

    line("TAN_EIGHTH", "tan(pi / 8).", float(mpmath.sqrt(2) - 1))
    arc = ((mpmath.sqrt(2) - 1) * mpf("1.0001")) ** 2
    atan_tail = lambda z: series(lambda k: -(mpf(-1) ** k) / (2 * k + 3), z, 200)
    polynomial("ATAN_TAIL", "(atan t - t) / t^3 with x = t^2", atan_tail, 0, arc, 13)

    def asin_term(k):
        n = k + 1
        return mpmath.factorial(2 * n) / (mpf(4) ** n * mpmath.factorial(n) ** 2 * (2 * n + 1))

    asin_terms = [asin_term(k) for k in range(260)]
    asin_tail = lambda z: mpmath.fsum(term * z**k for k, term in enumerate(asin_terms))
    polynomial("ASIN_TAIL", "(asin s - s) / s^3 with x = s^2", asin_tail, 0, mpf("0.2501"), 14)

    erf_terms = [2 / mpmath.sqrt(mp.pi) * mpf(-1) ** k / (mpmath.factorial(k) * (2 * k + 1)) for k in range(80)]
    erf_tail = lambda z: mpmath.fsum(term * z**k for k, term in enumerate(erf_terms)) - 1
    polynomial("ERF_SMALL", "erf(s) / s - 1 with x = s^2", erf_tail, 0, mpf("1.1026"), 15)
    centre = mpf(ERF_CENTRE)

    def erfc_scaled(t):
        x = centre * (1 + t) / (1 - t)
        return mpmath.erfc(x) * mpmath.exp(x * x)

    place = lambda x: (x - centre) / (x + centre)
    line("ERF_CENTRE", "Where the argument of the next polynomial is 0.", float(centre))
    polynomial("ERFC_SCALED", "erfc(s) exp(s^2) with x = (s - ERF_CENTRE) / (s + ERF_CENTRE)", erfc_scaled, place(mpf("1.05")), place(mpf("6.1")), 21)

    root = lambda m: mpf(m) ** (mpf(-1) / 3)
    polynomial("INVERSE_CUBE_ROOT", "x^(-1/3)", root, 1, 8, 6)


ERF_CENTRE = 2.5
# The exponent of a float is at most 2^971, and 192 bits are taken.
WORDS = 19

if __name__ == "__main__":
    main()
