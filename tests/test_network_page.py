"""docs/network.md shows code as it is in the files that it explains."""

import re

import pytest

from model.settings import PROJECT

PAGE = (PROJECT / "docs" / "network.md").read_text(encoding="utf-8")
CODE = "".join((PROJECT / "model" / name).read_text() for name in ("network.py", "descent.py"))
SHOWN = [
    line.split("  # ")[0].strip()
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", SHOWN)
def test_what_the_page_shows_is_what_runs(line: str) -> None:
    assert line in CODE


def test_formulas_hold_nothing_that_markdown_takes_for_an_escape() -> None:
    r"""GitHub would show `\_` as `_`, which is no mathematics, and `\,` as a comma."""
    formulas = re.findall(r"\$\$.*?\$\$|\$[^$]+\$", PAGE, re.DOTALL)
    assert len(formulas) > 30
    assert not [formula for formula in formulas if re.search(r"\\[_,;!]", formula)]


def test_pictures_and_files_that_it_names_are_there() -> None:
    links = re.findall(r"\]\((?!http)([^)]+)\)", PAGE)
    assert len(links) > 8
    assert not [link for link in links if not (PROJECT / "docs" / link).exists()]
