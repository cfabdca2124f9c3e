"""Where MNIST is looked for, and that no test finds what was downloaded before."""

import subprocess
import sys
from pathlib import Path

import pytest

from model.curriculum import mnist_at_hand
from model.dataset import MNIST_FILES
from model.settings import PROJECT

ASK = "from model.curriculum import mnist_at_hand; print(mnist_at_hand(None))"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody for whom `digitbot train` has downloaded MNIST."""
    monkeypatch.setenv("HOME", str(tmp_path))
    cache = tmp_path / ".cache" / "digitbot"
    cache.mkdir(parents=True)
    for name in MNIST_FILES:
        (cache / f"{name}.gz").touch()
    return tmp_path


@pytest.mark.usefixtures("home")
def test_no_test_finds_what_was_downloaded_before_nor_does_a_process_that_it_starts():
    assert mnist_at_hand(None) is None
    started = subprocess.run(
        [sys.executable, "-c", ASK], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert started.stdout == "None\n"


def test_what_was_downloaded_is_found_without_being_asked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert mnist_at_hand(None) == home / ".cache" / "digitbot"
    assert mnist_at_hand(Path("mine")) == Path("mine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    assert mnist_at_hand(None) == home / ".cache" / "digitbot"


def test_what_was_downloaded_in_part_is_none(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    next((home / ".cache" / "digitbot").iterdir()).unlink()
    assert mnist_at_hand(None) is None
