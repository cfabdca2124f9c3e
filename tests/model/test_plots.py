import numpy as np
import pytest

from model.plots import (
    draw_confusion,
    draw_curves,
    draw_images,
    draw_weights,
    log_ticks,
    ticks,
)

PAPER = (255, 255, 255)
FIRST_COLOUR = (0x00, 0x72, 0xB2)


def colours(picture):
    return {colour for _, colour in picture.getcolors(2**20)}


def test_curves_are_drawn_and_what_is_not_finite_is_left_out():
    y = [3.0, float("nan"), 1.0, 0.0]  # 0 has no logarithm
    picture = draw_curves("Loss", [("quick", [1, 2, 3, 4], y)], "epoch", log=True)
    assert FIRST_COLOUR in colours(picture)
    assert picture.size == (640, 400)


@pytest.mark.parametrize("curves", [[], [("none", [], [])], [("one", [1], [2.0])]])
def test_few_points_do_no_harm(curves):
    draw_curves("Loss", curves, "epoch")


def test_ticks_are_round_and_within():
    assert ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert ticks(-3, 47) == [0, 10, 20, 30, 40]
    assert 10 ** np.array(log_ticks(np.log10(0.3), np.log10(12))) == pytest.approx(
        [0.5, 1, 2, 5, 10]
    )


def test_images_stand_in_their_place_dark_on_white():
    images = np.zeros((3, 28, 28), np.uint8)
    images[2] = 255
    sheet = draw_images(images, columns=2, captions=["a", "b", "c"], zoom=1)
    assert sheet.size == (2 * 32 + 4, 2 * 46 + 4)
    assert sheet.getpixel((4 + 14, 4 + 46 + 14)) == (0, 0, 0)
    assert sheet.getpixel((4 + 32 + 14, 4 + 14)) == PAPER


def test_weights_show_their_sign():
    W = np.zeros((2, 784))
    W[0, 0], W[1, 0] = 2.0, -0.1
    sheet = draw_weights(W, columns=2, zoom=1)
    assert sheet.getpixel((4, 4)) == FIRST_COLOUR
    assert sheet.getpixel((4 + 32, 4)) == (0xD5, 0x5E, 0x00)


def test_confusion_shades_the_errors_alone():
    labels = np.array([3, 3, 3, 8])
    right = draw_confusion(labels, labels)
    wrong = draw_confusion(labels, np.array([3, 3, 5, 8]))
    assert (0xD5, 0x5E, 0x00) not in colours(right)
    assert (0xD5, 0x5E, 0x00) in colours(wrong)
