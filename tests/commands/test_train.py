"""`digitbot train` as one types it, on a few images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from commands.train import train
from model.presets import PRESETS, Recipe
from tests.made_mnist import write_mnist

Train = Callable[..., Result]


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    """A folder of few images, in MNIST's form."""
    return write_mnist(tmp_path / "mnist")


@pytest.fixture
def run(tmp_path: Path, mnist: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    recipe = Recipe("tiny", layers=(8,), epochs=3, rate=0.1, held_out=20)
    monkeypatch.setitem(PRESETS, "tiny", recipe)

    def run(*arguments: str) -> Result:
        common = ["--preset", "tiny", "--mnist", str(mnist), "--out", str(tmp_path / "w.npz")]
        return CliRunner().invoke(train, [*common, *arguments])

    return run


def test_each_epoch_has_its_line_and_the_last_one_says_the_scores(run: Train) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.split("  ")[0] for line in lines[:3]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert all(word in lines[0] for word in ("loss", "accuracy", "samples/s", "left"))
    assert "validation" in lines[-1]
    assert "test" in lines[-1]


def test_the_curves_are_drawn_into_a_file(run: Train, tmp_path: Path) -> None:
    plot = tmp_path / "new folder" / "curves.png"
    assert run("--plot", str(plot)).exit_code == 0
    picture = Image.open(plot)
    assert picture.size == (640, 800)
    pixels = np.asarray(picture.convert("RGB"))
    curve = (pixels == (0x00, 0x72, 0xB2)).all(axis=2)
    assert curve[:400].sum() > 100  # the loss
    assert curve[400:].sum() > 100  # the errors


def test_an_unknown_preset_is_named_with_those_there_are(run: Train) -> None:
    result = run("--preset", "fast")
    assert result.exit_code == 2
    assert "there are original, quick, standard, best" in result.output
