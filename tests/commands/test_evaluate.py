"""`digitbot evaluate` as one types it."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from commands.evaluate import evaluate
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.settings import PROJECT
from tests.made_mnist import write_mnist

WEIGHTS = PROJECT / "weights" / "digits.npz"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a 4, labelled once right and once wrong."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(3)
    jpeg = make_sheet([draw_digit(4, rng)], ["4"], rng, {}, size=(480, 360)).jpeg
    for name in ("right", "wrong"):
        (folder / f"{name}.jpg").write_bytes(jpeg)
    (folder / "manifest.csv").write_text("file,label,kind\nright.jpg,4,pen\nwrong.jpg,7,pen\n")
    return folder


def run(*arguments: str | Path) -> list[str]:
    result = CliRunner().invoke(evaluate, ["--weights", str(WEIGHTS), *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as opened:
        return opened.size


def test_mnist_is_scored_and_its_failures_drawn(tmp_path: Path) -> None:
    sheet = tmp_path / "new folder" / "misread.png"
    lines = run("--mnist", write_mnist(tmp_path / "mnist"), "--sheet", sheet)
    assert lines[0].startswith("MNIST test set: ")
    assert lines[-1] == f"What is misread is drawn in {sheet}."
    right = int(lines[0].split("%")[0].split()[-1].split(".")[0]) * 20 // 100
    tiles = 20 - right
    assert size_of(sheet) == (10 * 88 + 4, -(-tiles // 10) * 102 + 4)


def test_photos_are_scored_and_their_failures_drawn(photos: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "failures.png"
    lines = run("--photos", photos, "--sheet", sheet)
    assert not any(line.startswith("MNIST") for line in lines)
    assert next(line for line in lines if line.startswith("pen")).split()[1:3] == ["2", "1"]
    assert size_of(sheet) == (300, 380)  # the one failure


def test_both_are_scored_where_both_are_asked_for(photos: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "failures.png"
    mnist = write_mnist(tmp_path / "mnist")
    lines = run("--mnist", mnist, "--photos", photos, "--sheet", sheet)
    assert lines[0].startswith("MNIST test set: ")
    assert any(line.startswith("pen") for line in lines)
    assert size_of(sheet) == (300, 380)  # of the photos
