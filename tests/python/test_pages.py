"""The pages of errors that only Python asks for, as the host of its kernels: their first example fails with their code, the others are compiled."""

import pathlib
import runpy

import pytest

PAGES = pathlib.Path(__file__).parents[2] / "docs" / "errors"


@pytest.mark.parametrize("code", ["HL0285", "HL0286", "HL0347"])
def test_a_page_shows_its_code_and_a_way_out(code, tmp_path):
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    blocks = [rest.split("```")[0] for rest in page.split("```py\n")[1:]]
    assert len(blocks) >= 2
    for number, block in enumerate(blocks):
        program = tmp_path / f"{code.lower()}_{number}.py"
        program.write_text(block, encoding="utf-8")
        if number:
            runpy.run_path(str(program))
            continue
        with pytest.raises(Exception) as raised:
            runpy.run_path(str(program))
        assert code in str(raised.value)
