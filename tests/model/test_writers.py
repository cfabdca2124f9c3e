"""Digits of other hands: files as UCI has them."""

from pathlib import Path

import numpy as np
import pytest

from model.curriculum import OTHER_HANDS, with_other_hands
from model.dataset import Dataset, WrongDataset
from model.writers import load_optdigits, load_semeion, load_writers


def semeion_line(label: int) -> str:
    bits = np.zeros((16, 16), int)
    bits[:, 6:10] = 1
    return " ".join(
        [*(f"{bit}.0000" for bit in bits.ravel()), *(str(int(i == label)) for i in range(10))]
    )


def optdigits_text(labels: list[int]) -> str:
    bits = np.zeros((32, 32), int)
    bits[4:28, 10:22] = 1
    rows = ["".join(map(str, row)) for row in bits]
    head = ["BU handwritten digit database", "Training file", "", "entwidth = 32"]
    return "\n".join(head + [line for label in labels for line in [*rows, f" {label}"]]) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "semeion").mkdir()
    (tmp_path / "semeion" / "semeion.data").write_text(f"{semeion_line(7)}\n{semeion_line(1)}\n")
    (tmp_path / "optdigits-orig.tra").write_text(optdigits_text([3, 0, 1]))
    return tmp_path


def test_both_files_are_found_and_read_in_mnist_form(folder: Path) -> None:
    digits = load_writers(folder)
    assert digits.labels.tolist() == [7, 1, 3, 0, 1]
    assert digits.images.shape == (5, 28, 28)
    assert digits.images.max() == 255
    assert digits.images[:, :3].max() == 0  # MNIST's border
    assert "semeion" in digits.source


def test_what_was_stretched_is_slender_again(folder: Path) -> None:
    seven, one = load_semeion(folder / "semeion" / "semeion.data").images
    assert (one.max(axis=0) > 100).sum() < (seven.max(axis=0) > 100).sum()
    three, _, other = load_optdigits(folder / "optdigits-orig.tra").images
    assert (other.max(axis=0) > 100).sum() < (three.max(axis=0) > 100).sum()


def test_a_folder_without_them_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongDataset, match=r"semeion\.data"):
        load_writers(tmp_path)


@pytest.mark.parametrize("text", ["", "1 2 3\n", "words\n", semeion_line(3)[:-2] + " 1\n"])
def test_a_damaged_semeion_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "semeion.data"
    path.write_text(text)
    with pytest.raises(WrongDataset, match=r"semeion\.data"):
        load_semeion(path)


@pytest.mark.parametrize("text", ["", "words\n", optdigits_text([3])[:-60], optdigits_text([12])])
def test_a_damaged_optdigits_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "optdigits-orig.tra"
    path.write_text(text)
    with pytest.raises(WrongDataset, match=r"optdigits-orig\.tra"):
        load_optdigits(path)


def test_other_hands_make_up_their_share() -> None:
    images = Dataset(np.zeros((600, 28, 28), np.uint8), np.zeros(600, np.uint8), source="MNIST")
    others = Dataset(np.ones((20, 28, 28), np.uint8), np.ones(20, np.uint8), source="UCI")
    both = with_other_hands(images, others)
    assert both.labels.mean() == pytest.approx(OTHER_HANDS, abs=0.02)
    assert both.source == "MNIST, UCI"
