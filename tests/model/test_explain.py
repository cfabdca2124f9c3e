"""The picture of a photo's way."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor, ImageDraw

from model.attempts import CRUMB
from model.explain import (
    INK,
    MARK,
    MOST_REFUSED,
    SIDE,
    Group,
    colour_pieces,
    compose,
    draw_group,
    draw_way,
    judged_none,
    longer_side,
    stages_of,
    title_of_ink,
    title_of_refused,
)
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.photo import open_photo
from model.reading import Digit
from model.recognizer import Recognizer
from model.settings import PROJECT
from tests.filling import made_digit, made_reading


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


@pytest.fixture(scope="module")
def shipped() -> Recognizer:
    return Recognizer.load(PROJECT / "weights" / "digits.npz")


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def made_sheet(text: str, conditions: dict[str, float], layout: str = "row") -> bytes:
    rng = np.random.default_rng(5)
    glyphs = [draw_digit(int(digit), rng) for digit in text]
    return make_sheet(glyphs, list(text), rng, conditions, layout).jpeg


def stages_in(jpeg: bytes, reader: Recognizer) -> dict[str, Image.Image]:
    photo = open_photo(jpeg)
    return dict(stages_of(photo, reader.read_best(photo), []))


def has_colour(picture: Image.Image, colour: str) -> bool:
    found = np.asarray(picture).reshape(-1, 3)
    return bool((found == np.array(ImageColor.getrgb(colour))).all(axis=1).any())


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


def test_all_stages_stand_as_the_photo_was_read(shipped: Recognizer) -> None:
    jpeg = made_sheet("4275", {"sideways": 0.5})
    photo = open_photo(jpeg)
    turns = shipped.read_best(photo).turns
    assert turns in (1, 3)
    stages = stages_in(jpeg, shipped)
    assert next(iter(stages)).startswith("upright: turned ")
    height, width = photo.pixels.shape[:2]
    assert {stage.size for stage in stages.values()} == {(height, width)}
    upright, *_, read = stages.values()
    assert (np.asarray(upright) == np.rot90(photo.pixels, turns)).all()
    marked = (np.asarray(read) != np.asarray(upright)).any(axis=2)
    rows, columns = np.nonzero(marked)  # the boxes stand in a row
    assert np.ptp(columns) > 3 * np.ptp(rows)


def test_each_stage_that_changes_something_has_a_picture(shipped: Recognizer) -> None:
    stages = stages_in(made_sheet("4275", {"squared": 0.7, "uneven_light": 0.6}), shipped)
    names = ["upright", "gray", "light evened", "cleaned"]
    assert list(stages)[:4] == names
    evened, cleaned = (np.asarray(stages[name], np.int16) for name in names[2:])
    assert (255 - evened).sum() > 1.5 * (255 - cleaned).sum()  # squared paper is most of it
    plain = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(plain).line([(110, 60), (230, 65), (160, 250)], fill="#222222", width=14)
    assert list(stages_in(png(plain), shipped)) == [
        "upright",
        "light evened",
        "1 piece of ink",
        "reads 7",
    ]


def test_one_of_two_tones_is_called_so(shipped: Recognizer) -> None:
    photo = open_photo(made_sheet("7", {}))
    attempt = shipped.read_best(photo)
    toned = replace(attempt, ink=replace(attempt.ink, two_tones=True))
    names = [name for name, _ in stages_of(photo, toned, [])]
    assert "one of two tones" in names
    assert "light evened" not in names


def test_what_was_taken_for_no_digit_is_shown_with_its_bars() -> None:
    one = replace(made_digit(4), no_digit=0.9)
    drawn = draw_group(Group(title_of_refused(1, 1), [one]), 400)
    assert has_colour(drawn.crop((0, 40, 400, drawn.height)), INK)
    bar = drawn.crop((130, 136, 300, drawn.height))  # beside "none", below the ten digits' bars
    assert has_colour(bar, INK)
    assert not has_colour(bar, MARK)


def test_of_much_that_is_no_digit_what_comes_nearest_is_shown(shipped: Recognizer) -> None:
    page = Image.new("L", (640, 300), 240)
    for row in range(3):
        words = "Lorem ipsum dolor sit"
        ImageDraw.Draw(page).text((20, 20 + 90 * row), words, fill=30, font_size=56)
    attempt = shipped.read_best(open_photo(png(page)))
    refused, shown = judged_none(shipped, attempt)
    assert len(refused) > MOST_REFUSED == len(shown)
    tallest = max(longer_side(each) for each in refused)
    large = [each.no_digit for each in refused if longer_side(each) >= CRUMB * tallest]
    assert sorted(each.no_digit for each in shown) == sorted(large)[:MOST_REFUSED]
    assert len(large) > MOST_REFUSED
    title = title_of_refused(len(refused), len(shown))
    assert title.startswith(f"taken for no digit, 12 of {len(refused)}")


def test_specks_are_not_shown(monkeypatch: pytest.MonkeyPatch, shipped: Recognizer) -> None:
    attempt = shipped.read_best(open_photo(made_sheet("7", {})))
    high = attempt.digits[0].box[3] - attempt.digits[0].box[1]
    sides = {9: high // 2, 5: high // 5}
    none = [
        replace(made_digit(value, box=(0, 0, 2, side)), no_digit=0.9)
        for value, side in sides.items()
    ]
    monkeypatch.setattr(Recognizer, "judge_ink", lambda self, ink: [*attempt.digits, *none])
    refused, shown = judged_none(shipped, attempt)
    assert [each.digit for each in refused] == [9, 5]
    assert [each.digit for each in shown] == [9]


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (640, 2)])
def test_nothing_drawn_lies_on_anything_else(size: tuple[int, int]) -> None:
    """A stage's title stays over its own picture, and a digit's bars beside its own glyph."""
    stage = Image.new("RGB", size, "#00ff00")
    titles = ["reads " + "0123456789" * 12, *["short"] * 4]
    digits: tuple[Digit, ...] = made_reading([8] * 9).digits
    with_titles = compose([(title, stage) for title in titles], [Group("read", digits)])
    green = np.asarray(with_titles) == np.array([0, 255, 0])
    without = compose([("", stage)] * 5, [Group("read", digits)])
    bare = np.asarray(without) == np.array([0, 255, 0])
    assert green.all(axis=2).sum() == bare.all(axis=2).sum() > 0
    ink = np.asarray(with_titles.convert("L")) < 128
    assert not ink[:, -2:].any()
    assert not ink[-2:].any()
