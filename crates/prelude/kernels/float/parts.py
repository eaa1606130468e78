"""Methods of floats that take them apart."""

import math


def hex(x):
    if math.isnan(x):
        return "nan"
    sign = "-" if math.copysign(1.0, x) < 0.0 else ""
    if math.isinf(x):
        return sign + "inf"
    if x == 0.0:
        return sign + "0x0.0p+0"
    mantissa, exponent = math.frexp(abs(x))
    shift = 1 - max(-1021 - exponent, 0)
    mantissa = math.ldexp(mantissa, shift)
    exponent -= shift
    digits = "0123456789abcdef"
    text = ""
    for i in range(14):
        digit = int(mantissa)
        text += digits[digit]
        if i == 0:
            text += "."
        mantissa = (mantissa - digit) * 16.0
    return f"{sign}0x{text}p{exponent:+d}"


def as_integer_ratio(x):
    if math.isinf(x):
        raise OverflowError("cannot convert Infinity to integer ratio")
    if math.isnan(x):
        raise ValueError("cannot convert NaN to integer ratio")
    mantissa, exponent = math.frexp(x)
    for i in range(60):
        if mantissa == math.floor(mantissa):
            break
        mantissa *= 2.0
        exponent -= 1
    numerator = int(mantissa)
    denominator = 1
    if numerator == 0:
        return 0, 1
    if exponent > 0:
        if exponent + numerator.bit_length() > 63:
            raise OverflowError("the ratio does not fit 64 bits")
        numerator <<= exponent
    else:
        if exponent < -62:
            raise OverflowError("the ratio does not fit 64 bits")
        denominator <<= -exponent
    return numerator, denominator
