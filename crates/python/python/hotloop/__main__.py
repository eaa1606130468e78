"""`python -m hotloop program.py ...` and `python -m hotloop -m module ...` run a program in which `import numba` finds Hotloop."""

import linecache
import os
import runpy
import sys

from . import __version__, install_as_numba

USAGE = """usage: python -m hotloop [--version] (FILE | -m MODULE | -c CODE) [ARGUMENT ...]

Runs a program in which `import numba` finds Hotloop."""


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    if arguments[0] == "--version":
        print(f"hotloop {__version__}")
        return 0
    install_as_numba()
    if arguments[0] in ("-m", "-c"):
        if len(arguments) < 2:
            print(USAGE, file=sys.stderr)
            return 2
        sys.argv = [arguments[0], *arguments[2:]]
        sys.path.insert(0, os.getcwd() if arguments[0] == "-m" else "")
        if arguments[0] == "-m":
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            source = arguments[1]
            # So that the source of kernels is found.
            linecache.cache["<string>"] = (len(source), None, source.splitlines(True), "<string>")
            exec(compile(source, "<string>", "exec"), sys.modules["__main__"].__dict__)
        return 0
    if not os.path.exists(arguments[0]):
        print(f"python -m hotloop: there is no file {arguments[0]}", file=sys.stderr)
        return 2
    sys.argv = list(arguments)
    sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
    runpy.run_path(arguments[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
