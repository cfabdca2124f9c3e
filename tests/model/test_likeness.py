import numpy as np
import pytest
from PIL import Image

from model.likeness import ALIKE, BITS, WAVERING, distances, probes, signature
from model.recognizer import Recognizer
from tests.filling import drawn_photo


def blurred(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the picture as it comes out of another compression: noise of a few levels."""
    noisy = pixels.astype(int) + rng.integers(-9, 10, pixels.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def glyph(recognizer: Recognizer) -> np.ndarray:
    return recognizer.read(drawn_photo("5")).digits[0].pixels


def test_a_picture_compressed_anew_is_found_and_near(glyph: np.ndarray):
    rng = np.random.default_rng(1)
    for _ in range(20):
        other = blurred(glyph, rng)
        assert signature(other) in probes(glyph)
        assert distances(glyph, other.reshape(1, 784))[0] < ALIKE


def test_another_digit_is_far(glyph: np.ndarray, recognizer: Recognizer):
    other = recognizer.read(drawn_photo("2")).digits[0].pixels
    turned = np.asarray(Image.fromarray(glyph).rotate(20))
    for picture in (other, turned):
        assert distances(glyph, picture.reshape(1, 784))[0] > ALIKE
    assert distances(glyph, glyph.reshape(1, 784))[0] == 0


def test_signatures_fit_a_key_of_the_database(glyph: np.ndarray):
    found = probes(glyph)
    assert found[0] == signature(glyph)
    assert len(set(found)) == 2**WAVERING
    assert all(0 <= value < 2**BITS for value in found)
    assert signature(np.zeros((28, 28), np.uint8)) == 0
