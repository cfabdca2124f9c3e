import io

import numpy as np
import pytest
from PIL import Image

from bot.pictures import draw_samples
from model.tables import Sample


def sample(digit: int, line: int = 0) -> Sample:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[:, 14] = 255
    return Sample(predicted=digit, line=line, pixels=pixels.tobytes())


def drawn(samples: list[Sample]) -> np.ndarray:
    with Image.open(io.BytesIO(draw_samples(samples))) as image:
        return np.asarray(image.convert("L"))


def test_what_the_network_saw_is_enlarged_and_the_digit_read_stands_below() -> None:
    picture = drawn([sample(7)])
    ground = picture == 0
    rows = np.flatnonzero(ground.any(axis=1))
    assert rows[-1] - rows[0] + 1 == 28 * 8
    below = picture[rows[-1] + 1 :]
    assert (below < 128).sum() > 50
    assert (drawn([sample(1)])[rows[-1] + 1 :] != below).any()


def test_digits_stand_in_reading_order_line_by_line() -> None:
    one_line = drawn([sample(1), sample(2), sample(3)])
    two_lines = drawn([sample(1), sample(2), sample(3, line=1)])
    assert one_line.shape[1] > two_lines.shape[1] or one_line.shape[0] < two_lines.shape[0]


@pytest.mark.parametrize(
    "samples",
    [
        [sample(1)],
        [sample(n % 10) for n in range(80)],
        [sample(n % 10, line=n) for n in range(300)],
        [sample(n % 10, line=n // 40) for n in range(400)],
    ],
    ids=["one", "one long line", "a column", "a page"],
)
def test_telegram_takes_the_picture(samples: list[Sample]) -> None:
    height, width = drawn(samples).shape
    assert width + height <= 10_000
    assert max(width, height) <= 20 * min(width, height)
    assert len(draw_samples(samples)) < 1_000_000
