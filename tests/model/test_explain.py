"""The picture of a photo's way."""

import io

import numpy as np
from PIL import Image

from model.explain import MARK, SIDE, colour_pieces, draw_way, title_of_ink
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer
from model.settings import PROJECT


def test_every_piece_has_a_colour_of_its_own_on_white() -> None:
    coloured = colour_pieces(np.array([[0, 1], [2, 3]]))
    assert coloured[0, 0].tolist() == [255, 255, 255]
    assert len({tuple(pixel) for pixel in coloured.reshape(-1, 3)}) == 4


def test_one_piece_of_ink_is_no_pieces() -> None:
    assert [title_of_ink(count) for count in (0, 1, 2)] == [
        "0 pieces of ink",
        "1 piece of ink",
        "2 pieces of ink",
    ]


def test_the_stages_and_digits_are_drawn() -> None:
    rng = np.random.default_rng(2)
    glyphs = [draw_digit(digit, rng) for digit in (3, 8)]
    sheet = make_sheet(glyphs, ["3", "8"], rng, {}, layout="row")
    picture = draw_way(sheet.jpeg, Recognizer.load(PROJECT / "weights" / "digits.npz"))
    assert picture.width > 2 * SIDE
    marks = np.asarray(picture)[-130:].reshape(-1, 3)  # the bars of the probabilities
    assert (marks == np.array(Image.new("RGB", (1, 1), MARK).getpixel((0, 0)))).all(axis=1).any()


def test_a_photo_without_ink_is_explained_too() -> None:
    file = io.BytesIO()
    Image.new("RGB", (90, 200), "white").save(file, "PNG")
    picture = draw_way(file.getvalue(), Recognizer.load(PROJECT / "weights" / "digits.npz"))
    assert picture.height > SIDE
