"""`digitbot train` as one types it, on a few images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from commands.train import end_line, show_epoch, train
from model.checkpoint import WrongCheckpoint
from model.dataset import Dataset, WrongDataset
from model.network import Network
from model.presets import PRESETS, Recipe
from model.training import Epoch
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

    def run(*arguments: str, catch: bool = True) -> Result:
        common = ["--preset", "tiny", "--mnist", str(mnist), "--out", str(tmp_path / "w.npz")]
        return CliRunner().invoke(train, [*common, *arguments], catch_exceptions=catch)

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


def test_what_is_asked_for_replaces_the_preset_s(run: Train, tmp_path: Path) -> None:
    asked = ("--epochs", "2", "--seed", "7", "--held-out", "30", "--threads", "1")
    assert run(*asked).exit_code == 0
    card = Network.load(tmp_path / "w.npz").card
    recipe = card["recipe"]
    assert (recipe["epochs"], recipe["seed"], recipe["held_out"], card["threads"]) == (2, 7, 30, 1)


def test_ctrl_c_says_what_is_left_and_resume_goes_on(
    run: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []

    def interrupted(epoch: Epoch, epochs: int) -> None:
        shown.append(epoch.number)
        if len(shown) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("commands.train.show_epoch", interrupted)
    result = run()
    assert result.exit_code == 1
    assert f"Error: stopped; the best so far is in {tmp_path / 'w.npz'}, --resume" in result.output
    assert not Network.load(tmp_path / "w.npz").card["finished"]
    assert run("--resume").exit_code == 0
    assert shown == [1, 2, 3]
    assert Network.load(tmp_path / "w.npz").card["finished"]


def test_ctrl_c_before_an_epoch_is_finished_claims_nothing(
    run: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("model.training.Bank.plan", interrupted)
    result = run()
    assert result.exit_code == 1
    assert "Error: stopped; no epoch was finished, nothing is kept" in result.output
    assert not (tmp_path / "w.npz").exists()


def test_a_full_disk_is_said_in_a_sentence(run: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.savez", full)
    result = run()
    assert result.exit_code == 1
    assert "w.npz can't be written: No space left on device" in result.output
    assert "resume" not in result.output  # nothing was finished


def test_before_the_work_it_is_seen_that_nothing_can_be_written(
    run: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.curriculum.gather", lambda *_: pytest.fail("too late"))
    (tmp_path / "file").touch()
    result = run("--out", str(tmp_path / "file" / "w.npz"))
    assert result.exit_code == 1
    assert f"{tmp_path / 'file'} can't be written: " in result.output
    with pytest.raises(WrongCheckpoint, match="no unfinished run"):
        run("--resume", catch=False)


def test_lessons_of_other_hands_are_refused_where_there_are_no_lessons(
    run: Train, tmp_path: Path
) -> None:
    result = run("--writers", str(tmp_path))
    assert result.exit_code == 2
    assert "tiny makes no lessons" in result.output


def test_samples_without_one_to_learn_from_are_named(run: Train, tmp_path: Path) -> None:
    export = tmp_path / "export.npz"
    images, labels = np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8)
    Dataset(images, labels, np.array(["test", "test"])).save(export)
    with pytest.raises(WrongDataset, match="no sample to learn from"):
        run("--samples", str(export), catch=False)


def test_on_a_terminal_one_line_is_written_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network.create([784, 10])
    epoch = Epoch(3, 0.5, 0.987, network, (), 12345.6, 30.0, 60.0)
    show_epoch(epoch, 480)
    plain = capsys.readouterr().out
    assert plain == ("epoch 3/480  loss 0.5000  accuracy 98.70 %  12,346 samples/s  79:30 left\n")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show_epoch(epoch, 480)
    end_line()
    assert capsys.readouterr().out == f"\r{plain[:-1]}\x1b[K\n"
    assert len(plain) < 80


def test_an_unknown_preset_is_named_with_those_there_are(run: Train) -> None:
    result = run("--preset", "fast")
    assert result.exit_code == 2
    assert "there are original, quick, standard, best" in result.output
