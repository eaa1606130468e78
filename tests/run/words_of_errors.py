"""What built-in functions say in CPython's words where a value does not fit."""

from hotloop import njit


@njit
def integer(text, base):
    try:
        return str(int(text, base))
    except ValueError as error:
        return str(error)


@njit
def plain_integer(text):
    return int(text)


@njit
def real(text):
    try:
        return str(float(text))
    except ValueError as error:
        return str(error)


@njit
def codes(text):
    found = []
    for i in range(len(text) + 1):
        try:
            found.append(str(ord(text[:i])))
        except TypeError as error:
            found.append(str(error))
    return found


@njit
def sums(texts):
    total = 0
    failed = ""
    for text in texts:
        try:
            total += int(text)
        except ValueError as error:
            failed += f"[{error}]"
    return total, failed


CASES = [
    ("integer", ["xx", 10]),
    ("integer", ["zz", 16]),
    ("integer", ["ff", 16]),
    ("integer", ["it's", 36]),
    ("integer", ["1\n2", 10]),
    ("integer", ["", 10]),
    ("plain_integer", ["12"]),
    ("plain_integer", ["12.5"]),
    ("real", ["abc"]),
    ("real", ["1.5"]),
    ("real", [""]),
    ("codes", ["añb"]),
    ("sums", [("1", "two", "3", "")]),
]
