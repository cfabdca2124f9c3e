"""What the README promises of settings and commands is all there is."""

import ast
import re

import digitbot
from bot.languages import ENGLISH
from model.settings import PROJECT, Settings

README = (PROJECT / "README.md").read_text(encoding="utf-8")
DESK = (PROJECT / "docs" / "desk.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_complete() -> None:
    told = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)
    assert told == [name.upper() for name in Settings.__dataclass_fields__]


def test_the_example_of_settings_is_complete() -> None:
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    told = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    assert sorted(told) == sorted(name.upper() for name in Settings.__dataclass_fields__)


def test_every_command_is_told() -> None:
    told = set(re.findall(r"digitbot ([a-z-]+)", README))
    assert set(digitbot.main.commands) <= told


def test_every_command_of_the_bot_is_told() -> None:
    told = re.findall(r"^\| `/([a-z_]+)` \|", README, re.MULTILINE)
    assert set(told) == set(ENGLISH.commands)


def test_every_picture_and_page_that_it_shows_is_there() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (PROJECT / target).exists(), target


def test_every_promise_names_a_test_that_there_is() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", README + DESK)
    assert len(named) > 20
    for file, path in named:
        *classes, function = path.split("::")
        inside: ast.AST = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
        for name in (*classes, function):
            found = [n for n in ast.iter_child_nodes(inside) if getattr(n, "name", "") == name]
            assert len(found) == 1, f"{file} has no {path}"
            inside = found[0]
        assert isinstance(inside, ast.FunctionDef | ast.AsyncFunctionDef), path
