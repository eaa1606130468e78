"""`python -m hotloop program.py ...` and `python -m hotloop -m module ...` run a program in which `import numba` finds Hotloop."""

import linecache
import os
import runpy
import sys

from . import __version__, _dispatcher, install_as_numba

USAGE = """usage: python -m hotloop [--version] (FILE | -m MODULE | -c CODE) [ARGUMENT ...]

Runs a program in which `import numba` finds Hotloop."""


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    if arguments[0] == "--version":
        print(f"hotloop {__version__}")
        return 0
    is_named = arguments[0] in ("-m", "-c")
    if is_named and len(arguments) < 2:
        print(USAGE, file=sys.stderr)
        return 2
    if not is_named and not os.path.exists(arguments[0]):
        print(f"python -m hotloop: there is no file {arguments[0]}", file=sys.stderr)
        return 2
    install_as_numba()
    _dispatcher.waits_with_errors = True
    try:
        run(arguments)
    except Exception as error:
        # As if the interpreter itself had run the program: what is between is of no interest.
        own = _without_runner(error.__traceback__)
        sys.excepthook(type(error), error.with_traceback(own), own)
        return 1
    return 0


def _without_runner(traceback):
    """What is left of a traceback behind the frames that started the program; None if the program was not even compiled."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename in (__file__, runpy.run_path.__code__.co_filename):
        traceback = traceback.tb_next
    return traceback


def run(arguments):
    """Runs the program, module or code."""
    if arguments[0] in ("-m", "-c"):
        sys.argv = [arguments[0], *arguments[2:]]
        sys.path.insert(0, os.getcwd() if arguments[0] == "-m" else "")
        if arguments[0] == "-m":
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            source = arguments[1]
            # So that the source of kernels is found.
            linecache.cache["<string>"] = (len(source), None, source.splitlines(True), "<string>")
            exec(compile(source, "<string>", "exec"), sys.modules["__main__"].__dict__)
        return
    sys.argv = list(arguments)
    sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
