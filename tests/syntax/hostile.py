"""Gives `hotloop check` files that were made to break a compiler, and prints what each costs.

    hostile.py HOTLOOP [CASE...]

Each case must end within its time (2 s of the processor, if it names none) and 512 MiB, without a signal: with exit code 0, or
1 and a message that names a place. `growth` compiles functions of 100 to 20,000 statements to object files: what a statement
takes may grow four times, and the largest may take 10 s and 512 MiB. The exit code is 1 if something does not.
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

LIMIT_SECONDS = 2.0
LIMIT_KIB = 512 * 1024
HEAD = "from hotloop import njit\nimport numpy as np\n\n\n"


def kernel(body, parameters="x", signature="int64(int64)", before=""):
    """A file with one kernel that is typed when the file is checked."""
    lines = "".join("    {}\n".format(line) for line in body.splitlines())
    return "{}{}@njit('{}')\ndef kernel({}):\n{}".format(HEAD, before, signature, parameters, lines)


def value(text):
    return kernel("return " + text)


def nested_blocks(count, head="if x:"):
    return kernel("\n".join(" " * depth + head for depth in range(count)) + "\n" + " " * count + "x = 1\nreturn x")


def statements(count):
    """A function of that many statements: sums, branches, loops and array elements."""
    body = ["total = 0.0"]
    for at in range(count // 4):
        body += [
            "total += a[{} % n] * {}.5".format(at, at % 7),
            "if total > {}.0:".format(at * 3),
            "    total = total - a[{}]".format(at % 5),
            "k{} = total + {}.0".format(at % 50, at),
        ]
    return kernel("\n".join(body + ["return total"]), "a, n", "float64(float64[:], int64)")


def straight(count):
    """A function of that many assignments, each of which needs the one before."""
    body = ["v0 = x"] + ["v{} = v{} * {} + x".format(at, at - 1, at % 9 + 1) for at in range(1, count)]
    return kernel("\n".join(body + ["return v{}".format(count - 1)]))


def loops(count):
    """Loops, one behind the other."""
    body = ["total = 0.0"]
    for at in range(count // 4):
        body += ["for i in range(n):", "    total += a[i]", "k{} = total + {}.0".format(at % 50, at), "total = k{}".format(at % 50)]
    return kernel("\n".join(body + ["return total"]), "a, n", "float64(float64[:], int64)")


def guarded(count):
    """Errors caught where they arise."""
    body = ["total = 0"]
    for at in range(count // 4):
        body += ["try:", "    total += {} // x".format(at), "except ZeroDivisionError:", "    total -= 1"]
    return kernel("\n".join(body + ["return total"]))


def lists(count):
    """Lists, each alive to the end of the function."""
    body = []
    for at in range(count // 2):
        body += ["l{} = [x]".format(at), "x += l{}[0]".format(at)]
    return kernel("\n".join(body + ["return x"]))


def asserts(count):
    """Checks, each with a message of its own."""
    body = []
    for at in range(count // 2):
        body += ["assert x != {}, 'not {}'".format(at + 1, at), "x += 1"]
    return kernel("\n".join(body + ["return x"]))


def nests(count):
    """Nests of loops with an array in them, one behind the other."""
    body = ["total = 0.0"]
    for at in range(count // 6):
        body += ["for i in range(a.shape[0]):", "    b = np.zeros(4)", "    for j in range(4):"]
        body += ["        b[j] = a[i] + {}".format(at), "        total += b[j]", "total += {}.0".format(at)]
    return kernel("\n".join(body + ["return total"]), "a, n", "float64(float64[:], int64)")


def expressions(count):
    """Array expressions, each with an array of its own for its result."""
    body = []
    for at in range(count // 2):
        body += ["b = a * {}.0".format(at), "a = b + a"]
    return kernel("\n".join(body + ["return a[0]"]), "a", "float64(float64[::1])")


def regions(count):
    """Parallel loops, one behind the other."""
    body = ["total = 0.0"]
    for at in range(count // 3):
        body += ["for i in prange(n):", "    total += a[i] * {}.0".format(at), "total -= 1.0"]
    text = kernel("\n".join(body + ["return total"]), "a, n", "float64(float64[:], int64)")
    return text.replace("import njit", "import njit, prange").replace("')", "', parallel=True)", 1)


def callees(count):
    """Calls, each of a function of its own."""
    before = "".join("@njit\ndef f{0}(x):\n    return x + {0}\n\n\n".format(at) for at in range(count // 2))
    return kernel("\n".join("x = f{}(x)".format(at) for at in range(count // 2)) + "\nreturn x", before=before)


def prints(count):
    """What is written, as text that is made."""
    return kernel("\n".join("print('at', {}, x, f'{{x:>8}} {{x / 3:.3f}}')".format(at) for at in range(count)) + "\nreturn x")


def texts(count):
    """Strings that are put together, each of the one before."""
    body = ["s = str(x)"]
    for at in range(count // 2):
        body += ["t = f'{}{{x}}' + s[:3]".format(at), "s = t + str(len(s))"]
    return kernel("\n".join(body + ["return len(s)"]))


def arms(count):
    """One `if` with as many `elif`."""
    body = ["if x == 0: y = 1"] + ["elif x == {0}: y = x + {0}".format(at) for at in range(1, count)]
    return kernel("\n".join(body + ["else: y = 2", "return y"]))


def cases(count):
    """One `match` with as many cases."""
    body = ["match x:"] + ["    case {0}: return {0} * 3".format(at) for at in range(count)]
    return kernel("\n".join(body + ["return x"]))


GROWING = (
    statements, straight, loops, guarded, lists, asserts, nests, expressions, regions, callees, prints, texts, arms, cases,
)
# How often as long a statement may take in a function of 20,000 as in one of 100.
MOST_GROWTH = 4.0


def fan_out(count):
    callees = "".join("@njit\ndef f{0}(x):\n    return x + {0}\n\n\n".format(at) for at in range(count))
    calls = "\n".join("total += f{}(x)".format(at) for at in range(count))
    return kernel("total = 0\n" + calls + "\nreturn total", before=callees)


def call_chain(count):
    """Functions that each call the next one twice: 2 ** count calls for who follows each."""
    last = "@njit\ndef f{}(x):\n    return x\n\n\n".format(count)
    others = "".join(
        "@njit\ndef f{0}(x):\n    return f{1}(x) + f{1}(x + 1)\n\n\n".format(at, at + 1) for at in range(count)
    )
    return kernel("return f0(x)", before=others + last)


def doubling_types(count):
    body = ["t0 = (x, x)"] + ["t{0} = (t{1}, t{1})".format(at, at - 1) for at in range(1, count)]
    return kernel("\n".join(body + ["return x"]))


def constants(count):
    return HEAD + "c0 = 1\n" + "".join("c{} = c{} + 1\n".format(at, at - 1) for at in range(1, count)) + kernel(
        "return x + c{}".format(count - 1)
    )[len(HEAD):]


DEEP = 100_000
CASES = {
    "parentheses 100,000 deep": lambda: value("(" * DEEP + "x" + ")" * DEEP),
    "brackets never closed": lambda: value("[" * DEEP),
    "braces 100,000 deep": lambda: value("{" * DEEP + "}" * DEEP),
    "signs 100,000 deep": lambda: value("-" * DEEP + "x"),
    "not 100,000 deep": lambda: value("not " * DEEP + "x"),
    "powers 100,000 deep": lambda: value("x ** " * DEEP + "x"),
    "attributes 100,000 deep": lambda: value("x" + ".real" * DEEP),
    "calls 100,000 deep": lambda: value("x" + "()" * DEEP),
    "subscripts 100,000 deep": lambda: value("x" + "[0]" * DEEP),
    "conditions 100,000 deep": lambda: value("x if x else " * DEEP + "x"),
    "lambdas 100,000 deep": lambda: value("lambda: " * DEEP + "x"),
    "elif 100,000 times": lambda: kernel("if x: return 1\n" + "elif x: return 1\n" * DEEP + "return 2"),
    "blocks 2,000 deep": lambda: nested_blocks(2_000),
    "loops 98 deep": lambda: nested_blocks(98, "for i in range(x):"),
    "f-strings 10,000 deep": lambda: value("f'{" * 10_000 + "x" + "}'" * 10_000),
    "deepest tree that is read": lambda: value("(not x or x and x < x | x ^ x & x << x + x * - " * 150 + "x" + ")" * 150),
    "1,000,000 terms": lambda: value(" + ".join(["x"] * 1_000_000)),
    "100,000 terms in brackets": lambda: value(" + ".join(["(x * 2)"] * 100_000)),
    "1,000,000 conditions": lambda: value(" and ".join(["x"] * 1_000_000)),
    "200,000 comparisons": lambda: value(" < ".join(["x"] * 200_000)),
    "a decimal of 1,000,000 digits": lambda: value("9" * 1_000_000),
    "a hexadecimal of 1,000,000 digits": lambda: value("0x" + "f" * 1_000_000),
    "a float of 1,000,000 digits": lambda: value("1." + "3" * 1_000_000),
    "a string of 10 MB": lambda: kernel("'" + "a" * 10_000_000 + "'\nreturn x"),
    "a name of 1,000,000 letters": lambda: value("x" * 1_000_000),
    "a tuple of 100,000": lambda: kernel("t = (" + "x, " * 100_000 + ")\nreturn t[0]"),
    "a list of 100,000": lambda: kernel("t = [" + "x, " * 100_000 + "]\nreturn t[0]"),
    "a dict of 100,000": lambda: kernel("t = {" + "x: x, " * 100_000 + "}\nreturn x"),
    "a call with 100,000 arguments": lambda: value("max(" + "x, " * 100_000 + ")"),
    "10,000 parameters": lambda: kernel("return p0", ", ".join("p{}".format(at) for at in range(10_000))),
    "100,000 targets": lambda: kernel("y = " * 100_000 + "x\nreturn y"),
    "100,000 statements on a line": lambda: HEAD + "x = 1; " * 100_000 + "\n",
    "a string never closed": lambda: HEAD + "x = '" + "a" * 1_000_000,
    "100,000 characters that are none": lambda: HEAD + "x = " + "$ " * 100_000 + "\n",
    "null characters": lambda: HEAD + "x = '" + "\0" * 1_000_000 + "'\n",
    "bytes that are no text": lambda: bytes(range(256)) * 4_000,
    "tabs against spaces": lambda: HEAD + "if x:\n\ty\n        z\n" * 20_000,
    "100,000 decorators": lambda: HEAD + "@njit\n" * 100_000 + "def kernel(x):\n    return x\n",
    "a signature 100,000 deep": lambda: kernel("return x", signature="int64(" + "Tuple((" * DEEP + "int64" + "))" * DEEP + ")"),
    "an array type of 100,000 dimensions": lambda: kernel("return x", signature="int64(float64[" + ":, " * DEEP + ":])"),
    "powers of constants": lambda: value("9 ** 9 ** 9 ** 9"),
    "shifts of constants": lambda: value("1 << 1 << 62 << 62 << 62"),
    "a repeated string": lambda: kernel("s = 'a' * 10 ** 12\nreturn x"),
    "global constants, 20,000 deep": lambda: constants(20_000),
    "types doubling 64 deep": lambda: doubling_types(64),
    "a call of 10,000 functions": lambda: fan_out(10_000),
    "calls doubling 64 deep": lambda: call_chain(64),
    "calls 3,000 deep": lambda: call_chain(3_000),
    "match of 10,000 cases": lambda: kernel("match x:\n" + "".join("    case {0}:\n        return {0}\n".format(at) for at in range(10_000)) + "return x"),
    "try 98 deep": lambda: nested_blocks_of_try(98),
    "functions within functions, 90 deep": lambda: kernel("\n".join(" " * depth + "def f{}(y):".format(depth) for depth in range(90)) + "\n" + " " * 90 + "return y\nreturn x"),
    "20,000 functions": lambda: HEAD + "".join("@njit('int64(int64)')\ndef f{0}(x):\n    return x\n\n\n".format(at) for at in range(2_000)),
    "20,000 statements": lambda: statements(20_000),
    "20,000 assignments": lambda: straight(20_000),
}
SECONDS = {"20,000 statements": 10.0, "20,000 assignments": 10.0}


def nested_blocks_of_try(count):
    lines = [" " * depth + "try:" for depth in range(count)] + [" " * count + "x = 1"]
    lines += [" " * depth + "except ValueError: x = 2" for depth in reversed(range(count))]
    return kernel("\n".join(lines) + "\nreturn x")


class Outcome:
    """What a run gave and cost."""

    def __init__(self, command):
        with tempfile.TemporaryFile() as told:
            child = subprocess.Popen(command, stdout=told, stderr=told)
            _, status, usage = wait(child.pid, 60)
            child.returncode = status
            told.seek(0)
            self.text = told.read(20_000).decode(errors="replace")
        # What it computed, since other programs may be busy; it is a single thread that computes.
        self.seconds = usage.ru_utime + usage.ru_stime
        self.code = os.waitstatus_to_exitcode(status)
        self.peak_kib = usage.ru_maxrss

    def fault(self, limit):
        """Why this outcome is not what it should be."""
        if self.code < 0:
            return "signal {}".format(-self.code)
        if self.code not in (0, 1):
            return "exit code {}".format(self.code)
        if self.code == 1 and ".py:" not in self.text and "-->" not in self.text:
            return "no place: " + self.text.splitlines()[0][:100]
        if self.seconds > limit:
            return "slow"
        if self.peak_kib > LIMIT_KIB:
            return "large"
        return ""

    def first_line(self):
        lines = [line for line in self.text.splitlines() if line]
        return (lines[0] if lines else "")[:110]


def wait(pid, seconds):
    """Waits for a process, but not for ever."""
    deadline = time.monotonic() + seconds
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return ended, status, usage
        if time.monotonic() > deadline:
            os.kill(pid, 9)
        time.sleep(0.002)


def run_case(program, folder, name, text):
    path = folder / "hostile.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    outcome = Outcome([program, "check", str(path)])
    path.unlink()
    return outcome


def compiled(program, folder, text):
    """What it costs to compile a kernel from its source to an object file."""
    path = folder / "growth.py"
    path.write_text(text)
    outcomes = [Outcome([program, "emit", str(path), "kernel", "--stage", "object"]) for _ in range(3)]
    return min(outcomes, key=lambda outcome: outcome.seconds)


def growth(program, folder):
    """The time a statement, by the number of statements; gives how many kinds grow too much."""
    print("\n{:<12}{:>10}  {:>8}  {:>8}  {:>6}".format("growth", "statements", "seconds", "us each", "MiB"))
    faults = 0
    for make in GROWING:
        start = compiled(program, folder, make(8)).seconds
        times = []
        for count in (100, 500, 2_000, 5_000, 20_000):
            outcome = compiled(program, folder, make(count))
            times.append((outcome.seconds - start) / count * 1e6)
            print("{:<12}{:>10}  {:>8.3f}  {:>8.1f}  {:>6}".format(
                make.__name__, count, outcome.seconds, times[-1], outcome.peak_kib // 1024))
        # What takes a millisecond cannot be measured well: a whole process is started for it.
        grown = times[-1] / max(times[0], 10.0)
        fault = "grows" if grown > MOST_GROWTH else outcome.fault(10.0)
        faults += bool(fault)
        print("{:<12}{:>10.1f} times  {}".format("", grown, fault or "as it should be"))
        sys.stdout.flush()
    return faults


def main():
    program, *wanted = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faults = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for case in [case for case in CASES if not wanted or case in wanted]:
            outcome = run_case(program, folder, case, CASES[case]())
            fault = outcome.fault(SECONDS.get(case, LIMIT_SECONDS))
            faults += bool(fault)
            verdict = fault or ("accepted" if outcome.code == 0 else "refused")
            print("{:<38} {:>7.3f} s {:>5} MiB  {:<9} {}".format(
                case, outcome.seconds, outcome.peak_kib // 1024, verdict, outcome.first_line()))
            sys.stdout.flush()
        if not wanted or "growth" in wanted:
            faults += growth(program, folder)
    print("{} faults".format(faults))
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
