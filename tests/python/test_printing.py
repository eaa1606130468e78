"""What kernels print comes through `sys.stdout`, in the order of the program; random numbers are CPython's, from a state of their own."""

import contextlib
import io
import os
import random
import subprocess
import sys
import textwrap

import pytest

from hotloop import njit, prange


@njit
def told(n, x):
    print("n =", n, x, (n, "text"), [x], sep="|", end="!\n")


@njit
def told_before_error(n):
    print("before")
    if n > 2:
        raise ValueError(f"{n} is above {2}", n)
    print("behind")


@njit(parallel=True)
def told_in_parallel(n):
    print("head")
    for i in prange(n):
        print("row", i)
    print("tail")


@njit(nogil=True)
def told_without_gil(n):
    for i in range(n):
        print(i, flush=True)


def test_text_goes_to_sys_stdout_in_order(capsys):
    print("python 1")
    told(3, 0.5)
    print("python 2")
    told(4, 1e16)
    assert capsys.readouterr().out == "python 1\nn =|3|0.5|(3, 'text')|[0.5]!\npython 2\nn =|4|1e+16|(4, 'text')|[1e+16]!\n"


def test_a_redirection_is_seen():
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        told(1, 2.0)
        told_without_gil(3)
    assert text.getvalue() == "n =|1|2.0|(1, 'text')|[2.0]!\n0\n1\n2\n"


def test_text_comes_before_the_exception(capsys):
    with pytest.raises(ValueError) as caught:
        told_before_error(3)
    assert caught.value.args == ("3 is above 2", 3)
    assert capsys.readouterr().out == "before\n"
    told_before_error(1)
    assert capsys.readouterr().out == "before\nbehind\n"


def test_lines_of_a_parallel_loop_are_whole(capsys):
    told_in_parallel(200)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "head" and lines[-1] == "tail"
    assert sorted(lines[1:-1]) == sorted(f"row {i}" for i in range(200))


@pytest.mark.parametrize("flush", [False, True])
def test_what_stdout_raises_reaches_the_caller(flush):
    class Broken(io.TextIOBase):
        def write(self, text):
            raise BrokenPipeError("gone")

    @njit
    def prints(n, flush):
        for i in range(n):
            print(i, flush=flush)
        return [n]

    prints(0, flush)
    with contextlib.redirect_stdout(Broken()):
        with pytest.raises(BrokenPipeError, match="gone"):
            prints(5, flush)
    assert prints(0, flush) == [0]


def test_without_stdout_nothing_is_printed(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    told(1, 2.0)


def test_a_pipe_that_closes_is_no_crash(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(
            """
            from hotloop import njit

            @njit
            def endless(n):
                for i in range(n):
                    print("line", i)

            endless(10_000_000)
            """
        )
    )
    process = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ)
    assert process.stdout.readline() == b"line 0\n"
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait() > 0 and b"BrokenPipeError" in errors


@njit
def drawn(n):
    return [random.random(), random.gauss(0.0, 1.0)] if n == 0 else [random.uniform(0.0, n), 0.0]


@njit
def seeded(seed):
    random.seed(seed)
    return random.random()


def test_the_state_lasts_between_calls_and_is_not_pythons():
    random.seed(5)
    expected = [random.random(), random.random(), random.gauss(0.0, 1.0), random.uniform(0.0, 3)]
    random.seed(6)
    before = random.getstate()
    assert [seeded(5), *drawn(0), drawn(3)[0]] == expected
    assert random.getstate() == before


def test_without_a_seed_processes_differ():
    program = "import hotloop, random\n@hotloop.njit\ndef f(): return random.random()\nprint(f())"
    code = f"import linecache; text = {program!r}; linecache.cache['p.py'] = (len(text), None, text.splitlines(True), 'p.py'); exec(compile(text, 'p.py', 'exec'))"
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_draws_its_own_numbers():
    seeded(3)
    expected = seeded(3)
    following = drawn(0)[0]
    seeded(3)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, repr(drawn(0)[0]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert float(os.read(reader, 100)) != following and expected == seeded(3)
