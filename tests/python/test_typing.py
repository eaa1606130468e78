"""What editors and type checkers see of the package: the stubs name what there is, and kernels keep the types of their functions."""

import ast
import os
import pathlib
import re
import subprocess
import sys

import pytest

import hotloop
from hotloop._dispatcher import Methods

PACKAGE = pathlib.Path(hotloop.__file__).parent
PROGRAM = pathlib.Path(__file__).parent / "typed_program.py"


def names_in(nodes):
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.AnnAssign):
            yield node.target.id
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname for alias in node.names if alias.asname)


def test_the_stub_names_what_the_package_has():
    stub = set(names_in(ast.parse((PACKAGE / "__init__.pyi").read_text()).body))
    own = set(hotloop.__all__) - set(hotloop.errors.__all__) - set(hotloop.types.__all__)
    assert own <= stub
    assert all(hasattr(hotloop, name) for name in stub if not name.startswith("_"))


def test_the_stub_of_kernels_names_their_methods():
    tree = ast.parse((PACKAGE / "_hotloop.pyi").read_text())
    (kernel,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Dispatcher")
    methods = {name for name in vars(Methods) if not name.startswith("_")}
    assert methods == {name for name in names_in(kernel.body) if not name.startswith("_")}


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").exists()


def test_type_checkers_find_what_is_wrong_and_nothing_else(tmp_path):
    pytest.importorskip("mypy", reason="mypy is not installed")
    environment = dict(os.environ)
    if "site-packages" not in PACKAGE.parts:
        environment["MYPYPATH"] = str(PACKAGE.parent)
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", f"--cache-dir={tmp_path}", PROGRAM]
    output = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False).stdout
    said = re.findall(r"typed_program\.py:(\d+): (?:(error)|note: Revealed type is \"(.*)\")", output)
    found = {int(line): error or revealed for line, error, revealed in said}
    wanted = {}
    for number, line in enumerate(PROGRAM.read_text().splitlines(), 1):
        comment = line.partition("  # ")[2]
        if comment == "error" or comment.startswith("reveals: "):
            wanted[number] = comment.removeprefix("reveals: ")
    assert found == wanted, output
    assert len(wanted) > 10
