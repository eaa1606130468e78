"""Compares Hotloop's parser with `ast.parse` of the Python that runs this file.

    python3.x compare.py FILTER [--folder F] [--files N] [--mutants N] [--seed S] [--json OUT]

FILTER is the program `verdict` of `crates/parser/examples`. Each Python file of the folder (by default this Python's
library with its tests) is read by both: the verdicts must be the same, and where both accept, what Hotloop prints must
have the same `ast.dump`. Then come mutants of accepted files: one token is removed, doubled, exchanged, replaced, or one
character of it changed; only the verdicts are compared, and each difference is listed. `--files` takes every so many-th file, so
that N remain. The exit code is 1 if a file differs, or more than one mutant in a thousand.
"""

import argparse
import ast
import io
import json
import pathlib
import random
import subprocess
import sys
import sysconfig
import time
import tokenize
import warnings

VERSION = "{}.{}".format(*sys.version_info[:2])
# Characters that an edit puts into a token: parts of names, numbers, strings, operators, and what is none of these.
ALPHABET = "aefbrux_NjJ0189.'\"\\{}()[]:;,=!<>+-*/%@&|^~#$? \t\n\x0c\u00e9\u20ac\u00b2\u3000"
# Tokens that replace others, beside those of the same file.
POOL = (
    "and as assert async await break class continue def del elif else except finally for from global if import in is "
    "lambda nonlocal not or pass raise return try while with yield None True False match case type _ print "
    "( ) [ ] { } , : ; . ... -> := = == != < > <= >= + - * ** / // % @ & | ^ ~ << >> += -= @= ! $ ? ` "
    "0 1 1.5 2j 0xff 1_000 'a' b'a' f'{a}' f'{a!r:>{b}}' rb'a' \"\"\"a\"\"\" x"
).split(" ") + ["\n", "\n    ", "    ", "\\\n", "#"]


class Filter:
    """Hotloop's parser behind a pipe."""

    def __init__(self, program):
        command = [program, "--python", VERSION]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, source, prints=False):
        """(whether it is accepted, the error or the printed tree)."""
        order = "print" if prints else "check"
        self.process.stdin.write("{} {}\n".format(order, len(source)).encode() + source)
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode()
        if not answer:
            raise SystemExit("the filter ended with {}".format(self.process.wait()))
        word, _, rest = answer.rstrip("\n").partition(" ")
        if word == "ok" and prints:
            return True, self.process.stdout.read(int(rest)).decode()
        return word == "ok", rest


def measure(source):
    """(the tree or `None`, the error) as CPython has it."""
    try:
        return ast.parse(source), ""
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, LookupError) as error:
        return None, "{}: {}".format(type(error).__name__, error)


def dump(tree):
    """The tree as text, without the `u` of strings, which means nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None
    return ast.dump(tree)


def library():
    """This Python's library, without what was installed into it."""
    return pathlib.Path(sysconfig.get_paths()["stdlib"])


def python_files(folder):
    return sorted(path for path in folder.rglob("*.py") if "site-packages" not in path.parts)


def compare_files(paths, parser):
    """Lists the files that differ; returns those that both accept, with counts."""
    counts = {"files": len(paths), "accepted": 0, "refused": 0, "verdict differs": 0, "tree differs": 0}
    accepted = []
    for path in paths:
        source = path.read_bytes()
        tree, error = measure(source)
        is_accepted, said = parser.ask(source, prints=True)
        counts["accepted" if is_accepted else "refused"] += 1
        if is_accepted != (tree is not None):
            counts["verdict differs"] += 1
            print("VERDICT {}\n  ast.parse: {}\n  hotloop: {}".format(path, error or "ok", "ok" if is_accepted else said))
        elif is_accepted:
            accepted.append(path)
            again, error = measure(said)
            if again is None or dump(again) != dump(tree):
                counts["tree differs"] += 1
                print("TREE {}\n  {}".format(path, error or first_difference(dump(tree), dump(again))))
    return accepted, counts


def first_difference(expected, found):
    at = next((at for at, (one, other) in enumerate(zip(expected, found)) if one != other), 0)
    return "expected {}\n     found {}".format(expected[max(at - 60, 0):at + 60], found[max(at - 60, 0):at + 60])


def compare_cases(parser):
    """The cases of hand: which version reads what, asked of CPython too."""
    text = (pathlib.Path(__file__).parents[2] / "crates/parser/tests/data/versions.txt").read_text()
    counts = {"cases": 0, "verdict differs": 0}
    for case in text.split("\n%% ")[1:]:
        head, source = case.split("\n", 1)
        since = 8 if head == "always" else 99 if head == "never" else int(head.rsplit(".", 1)[1])
        tree, error = measure(source)
        is_accepted, said = parser.ask(source.encode())
        counts["cases"] += 1
        if not is_accepted == (tree is not None) == (sys.version_info[1] >= since):
            counts["verdict differs"] += 1
            print("CASE {}\n{}  ast.parse: {}\n  hotloop: {}".format(head, source, error or "ok", said or "ok"))
    return counts


class Source:
    """An accepted file, cut into tokens by places in its text."""

    def __init__(self, path):
        with tokenize.open(str(path)) as file:
            self.text = file.read()
        starts = [0]
        for line in io.StringIO(self.text, newline="\n"):
            starts.append(starts[-1] + len(line))
        self.tokens = []
        for token in tokenize.generate_tokens(io.StringIO(self.text, newline="\n").readline):
            start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
            if start < end <= len(self.text):
                self.tokens.append((start, end))

    def mutate(self, choose):
        """(the kind of change, its place, the changed text)"""
        at = choose.randrange(len(self.tokens))
        start, end = self.tokens[at]
        token = self.text[start:end]
        kind = choose.choice(["remove", "double", "exchange", "replace", "insert", "edit"])
        if kind == "remove":
            token = ""
        elif kind == "double":
            token = token + " " + token
        elif kind == "exchange":
            other_start, other_end = self.tokens[min(at + 1, len(self.tokens) - 1)]
            if other_start >= end:
                token = self.text[other_start:other_end] + self.text[end:other_start] + token
                end = other_end
        elif kind == "replace":
            token = self.other(choose)
        elif kind == "insert":
            token = self.other(choose) + " " + token
        else:
            token = edit(token, choose)
        return kind, start, self.text[:start] + token + self.text[end:]

    def other(self, choose):
        if choose.random() < 0.5:
            return choose.choice(POOL)
        start, end = choose.choice(self.tokens)
        return self.text[start:end]


def edit(token, choose):
    """The token with one character removed, replaced or added."""
    at = choose.randrange(len(token))
    character = choose.choice(ALPHABET)
    return choose.choice([token[:at] + token[at + 1:], token[:at] + character + token[at + 1:], token[:at] + character + token[at:]])


def compare_mutants(paths, count, seed, parser):
    choose = random.Random(seed)
    sources = {}
    counts = {"mutants": 0, "accepted": 0, "verdict differs": 0}
    while counts["mutants"] < count:
        path = choose.choice(paths)
        if path not in sources:
            try:
                sources[path] = Source(path)
            except (SyntaxError, UnicodeError, tokenize.TokenError, IndentationError):
                sources[path] = None
        source = sources[path]
        if source is None or not source.tokens:
            continue
        kind, start, text = source.mutate(choose)
        encoded = text.encode("utf-8", "surrogatepass")
        tree, error = measure(encoded)
        is_accepted, said = parser.ask(encoded)
        counts["mutants"] += 1
        counts["accepted"] += tree is not None
        if is_accepted != (tree is not None):
            counts["verdict differs"] += 1
            line_start = text.rfind("\n", 0, start) + 1
            line = text[line_start:start + 60].split("\n\n")[0]
            print("MUTANT {}:{} {}\n  {!r}".format(path, text.count("\n", 0, start) + 1, kind, line))
            print("  ast.parse: {}\n  hotloop: {}".format(error or "ok", "ok" if is_accepted else said))
    return counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("filter")
    parser.add_argument("--folder", type=pathlib.Path, default=library())
    parser.add_argument("--files", type=int)
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20_000)
    started = time.time()
    hotloop = Filter(options.filter)
    paths = python_files(options.folder)
    if options.files:
        paths = paths[:: max(1, len(paths) // options.files)]
    cases = compare_cases(hotloop)
    accepted, files = compare_files(paths, hotloop)
    mutants = compare_mutants(accepted, options.mutants, options.seed, hotloop)
    report = {"python": sys.version.split()[0], "seed": options.seed, "cases": cases, "files": files, "mutants": mutants}
    if options.json:
        options.json.write_text(json.dumps(report) + "\n")
    for name, counts in (("cases", cases), ("files", files), ("mutants", mutants)):
        print("Python {} {}: {}".format(report["python"], name, ", ".join("{} {}".format(count, what) for what, count in counts.items())))
    print("{:.0f} s, seed {}".format(time.time() - started, options.seed))
    differs = cases["verdict differs"] + files["verdict differs"] + files["tree differs"]
    sys.exit(differs > 0 or mutants["verdict differs"] * 1000 > mutants["mutants"])


if __name__ == "__main__":
    main()
