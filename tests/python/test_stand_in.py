"""Programs written for Numba that run with Hotloop, unchanged."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
import numba
import numba as nb
import numpy as np
from numba import float64, njit, prange, vectorize
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic, overload_method, register_jitable
from numba.np.ufunc.parallel import get_num_threads
from numba.experimental import jitclass
import numba.cuda
import numba.core.typing.templates as templates


@njit
def total(x):
    t = 0.0
    for i in nb.prange(x.shape[0]):
        t += x[i]
    return t


@njit("float64(float64)")
def halved(x):
    return float64(x) / 2


@vectorize(["float64(float64)"])
def doubled(x):
    return 2 * x


@intrinsic
def low_level(typingctx, x):
    return None


class Model(templates.AbstractTemplate):
    key = "model"


@njit
def uses(x):
    return low_level(x)


assert numba.__version__.split(".")[0] == "0"
print(sys.argv[1:], __name__, total(np.arange(5.0)), halved(3), doubled(np.arange(3.0)).tolist())
for use in (lambda: low_level(1), lambda: uses(1)):
    try:
        use()
    except Exception as error:
        print(type(error).__name__, "numba.extending.intrinsic" in str(error), "low_level" in str(error))
"""

EXPECTED = "['a', '-b'] __main__ 10.0 1.5 [0.0, 2.0, 4.0]\nUnsupportedError True True\nUnsupportedConstructError True True\n"


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "hotloop", *arguments], capture_output=True, text=True, env={**os.environ, **environment}
    )


def test_a_program_runs_unchanged(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    ran = run(str(path), "a", "-b")
    assert (ran.returncode, ran.stdout) == (0, EXPECTED), ran.stderr


def test_a_module_and_code(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    ran = subprocess.run([sys.executable, "-m", "hotloop", "-m", "program", "a", "-b"], capture_output=True, text=True, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, EXPECTED), ran.stderr
    ran = run("-c", "import numba, sys\n@numba.njit\ndef f(x):\n    return x + 1\nprint(f(2), sys.argv)", "x")
    assert ran.stdout == "3 ['-c', 'x']\n", ran.stderr


def test_exit_codes_and_messages(tmp_path):
    assert run().returncode == 2 and run("--help").returncode == 0
    assert "there is no file" in run(str(tmp_path / "none.py")).stderr
    path = tmp_path / "program.py"
    path.write_text("import sys, numba\nsys.exit(3)\n")
    assert run(str(path)).returncode == 3
    path.write_text("import numba\n1 / 0\n")
    ran = run(str(path))
    assert ran.returncode == 1 and "ZeroDivisionError" in ran.stderr and "line 2" in ran.stderr


@pytest.mark.parametrize("text", ["import numba\nprint(1\ny = 2\n", "def f():\n    raise ValueError('no')\n\n\nf()\n", "import missing_module\n"])
def test_a_traceback_is_that_of_the_program_alone(text, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(text)
    ran, plain = run(str(path)), subprocess.run([sys.executable, str(path)], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (plain.returncode, plain.stderr)
    assert ran.returncode == 1 and "runpy" not in ran.stderr


def test_names_of_a_submodule_may_be_missing():
    code = "from numba import testing, types, typed; print(types.float64, testing.make_tag_decorator, types.NumpyFlatType); import numba.core.types as t; assert t.float64 is types.float64"
    ran = run("-c", code)
    assert ran.stdout.startswith("float64 <numba.testing.make_tag_decorator, which"), ran.stderr


@pytest.mark.parametrize("name", ["hotloop", "numba"])
def test_verification(name, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(
        f"import numpy as np\nfrom {name} import njit\n"
        "@njit\ndef power(n):\n    return n * n\n"
        "@njit\ndef twice(n):\n    return 2 * power(n)\n"
        "print(power(3), twice(2))\nprint(power(2**40))\n"
    )
    ran = run(str(path), HOTLOOP_VERIFY="1")
    assert ran.returncode == 0 and ran.stdout == "9 8\n0\n"
    assert "VerificationWarning: `power` and its Python function differ:\n  the result: 0, expected 1208925819614629174706176" in ran.stderr
    assert ran.stderr.count("VerificationWarning") == 1 and "program.py:10" in ran.stderr
    assert run(str(path)).stderr == ""


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [("NUMBA_NUM_THREADS", "1", "1 True"), ("HOTLOOP_BOUNDSCHECK", "1", "2 True"), ("NUMBA_BOUNDSCHECK", "1", "2 True"), ("NUMBA_BOUNDSCHECK", "0", "2 True"), ("HOTLOOP_BOUNDSCHECK", "0", "2 False")],
)
def test_environment(variable, value, expected):
    code = "import hotloop; print(min(hotloop.get_num_threads(), 2), hotloop._options.check({})['boundscheck'])"
    kept = {name: text for name, text in os.environ.items() if name not in ("HOTLOOP_NUM_THREADS", "HOTLOOP_BOUNDSCHECK")}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**kept, "HOTLOOP_NUM_THREADS" if variable != "NUMBA_NUM_THREADS" else "_": "2", variable: value})
    assert ran.stdout.strip() == expected, ran.stderr


def test_what_is_missing_can_be_imported():
    import hotloop
    from hotloop import cfunc, errors, njit
    from hotloop.experimental import jitclass
    from hotloop.extending import intrinsic, is_jitted
    from hotloop.typed import Dict

    @intrinsic
    def length(typing_context, x):
        return None

    @jitclass([("x", hotloop.float64)])
    class Point:
        pass

    @njit
    def uses(x):
        return length(x)

    assert is_jitted(uses) and not is_jitted(length)
    for use, name in ((lambda: length(1), "extending.intrinsic"), (lambda: Point(), "jitclass"), (lambda: uses(1), "extending.intrinsic")):
        with pytest.raises(errors.UnsupportedError, match=name):
            use()
    assert "cfunc" in repr(cfunc) and "Dict" in repr(Dict.empty)
    with pytest.raises(AttributeError):
        hotloop.nonsense


DECLARED = """
import numpy as np
from numba import guvectorize, njit, types, vectorize


@njit("float64(float64)")
def refused(x):
    return open(x)


@njit(types.void(types.ListType(types.float64)))
def unknown(x):
    x.append(1.0)


@vectorize(["float64(float64)"])
def element(x):
    return open(x)


@guvectorize(["(float64[:], float64[:])"], "(n)->(n)")
def row(x, out):
    out[0] = open(x)


@njit("float64(float64)")
def fine(x):
    return x + 1


class Index(types.StructRef):
    pass


for call in (lambda: refused(1.0), lambda: unknown(1.0), lambda: element(np.ones(2)), lambda: row(np.ones(2))):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, "program.py:" in str(error))
print(fine(1.0))
"""


def test_what_cannot_be_compiled_for_its_signature_fails_when_it_is_called(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(DECLARED)
    run = subprocess.run([sys.executable, "-m", "hotloop", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    *errors, fine = run.stdout.splitlines()
    assert fine == "2.0" and len(errors) == 4
    assert all(line.endswith("Error True") and not line.startswith("Internal") for line in errors), errors
