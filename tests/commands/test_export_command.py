"""Importing by the command line, and taking it back."""

import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from digitbot import main
from model.database import Database


@pytest.fixture
def _upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path}/own.sqlite")
    database.upgrade()
    database.close()
    monkeypatch.setenv("DATABASE_URL", database.url)


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.usefixtures("_upgraded")
def test_an_import_is_taken_back(tmp_path: Path):
    file = io.BytesIO()
    Image.new("L", (28, 28)).save(file, "PNG")
    path = tmp_path / "school.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("7/a.png", file.getvalue())
    assert "1 samples of school came in" in run("import", path, "--source", "school").output
    result = run("import", "--remove", "school")
    assert result.output == "school: 1 pictures and all that was known of them are deleted.\n"
    again = run("import", "--remove", "school")
    assert again.exit_code == 1
    assert "Nothing was imported as 'school'" in again.output


@pytest.mark.parametrize(
    "words",
    [(), ("a.zip",), ("--source", "x"), ("a.zip", "--source", "x", "--remove", "x")],
)
def test_half_an_order_is_told(words: tuple[str, ...]):
    result = run("import", *words)
    assert result.exit_code == 2
    assert "Give either FILE and --source NAME, or --remove NAME alone." in result.output
