import numpy as np
import pytest
from PIL import Image, ImageDraw

from model.network import Network
from model.suspicion import FOLDS, Labels, suspicions, train_without


def drawn(digit: int, rng: np.random.Generator) -> np.ndarray:
    """Return a digit in a typeface, moved, slanted and sized by chance: 784 uint8."""
    image = Image.new("L", (56, 56))
    size, (x, y) = int(rng.integers(34, 46)), rng.integers(-4, 5, 2)
    ImageDraw.Draw(image).text((16 + x, 4 + y), str(digit), fill=255, font_size=size)
    slant = rng.uniform(-0.3, 0.3)
    image = image.transform((56, 56), Image.Transform.AFFINE, (1, slant, -28 * slant, 0, 1, 0))
    return np.asarray(image.resize((28, 28))).ravel()


@pytest.fixture(scope="module")
def labelled() -> tuple[Labels, np.ndarray]:
    """Samples, and which of their labels are wrong: one in twenty."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 10, 800)
    pixels = np.stack([drawn(digit, rng) for digit in truth])
    wrong = rng.random(800) < 0.05
    labels = np.where(wrong, (truth + rng.integers(1, 10, 800)) % 10, truth)
    return Labels(pixels, labels, rng.integers(0, FOLDS, 800)), wrong


def judges_of(known: Labels, steps: int) -> list[Network]:
    return [train_without(known, fold, steps) for fold in range(FOLDS)]


def test_wrong_labels_are_suspected(labelled: tuple[Labels, np.ndarray]):
    known, wrong = labelled
    found = suspicions(judges_of(known, 300), known)
    assert found.min() >= 0
    assert found.max() <= 1
    worst = np.argsort(-found)[: wrong.sum()]
    assert wrong[worst].mean() > 0.9
    assert np.median(found[~wrong]) < 0.2


def test_no_fold_is_judged_by_what_has_seen_it(labelled: tuple[Labels, np.ndarray]):
    known, _ = labelled
    here = known.folds == 0
    other = Labels(known.pixels, np.where(here, (known.labels + 1) % 10, known.labels), known.folds)
    asked = Labels(known.pixels[here], known.labels[here], known.folds[here])
    before, after = (suspicions(judges_of(labels, 20), asked) for labels in (known, other))
    assert after == pytest.approx(before)


def test_few_labels_are_not_enough(labelled: tuple[Labels, np.ndarray]):
    known, _ = labelled
    few = Labels(known.pixels[:90], known.labels[:90], known.folds[:90])
    no_three = Labels(known.pixels, np.where(known.labels == 3, 10, known.labels), known.folds)
    assert known.are_enough
    assert not few.are_enough
    assert not no_three.are_enough
