"""Made photos: what is said to be written on them, and where, is true."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from model.paper.sheet import CONDITIONS, LAYOUTS, UnknownCondition, make_sheet, random_conditions
from model.paper.strokes import draw_digit
from tests.model.paper.sheets import HAND, SIZE, crops, draw_line, extreme, gray, made


def test_boxes_hold_the_ink_and_fit_it() -> None:
    sheet = made({}, 3)
    dark = gray(sheet) < 120
    for x0, y0, x1, y1 in sheet.boxes.round().astype(int):
        assert dark[y0:y1, x0:x1].any(axis=1).mean() > 0.9
        assert dark[y0:y1, x0:x1].any(axis=0).mean() > 0.9
        dark[y0 - 1 : y1 + 1, x0 - 1 : x1 + 1] = False
    assert not dark.any()


@pytest.mark.parametrize("name", ["desk", "perspective", "crop", "padding", "sideways", "tilt"])
def test_boxes_follow_the_writing(name: str) -> None:
    sheet = made({name: 0.7, "tablet": 0.0}, 5)
    for x0, y0, x1, y1 in sheet.boxes:
        wide = gray(sheet)[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1]
        assert np.ptp(wide) > 100
        dark = wide < (wide.max() + wide.min()) / 2
        assert dark.any(axis=1).mean() > 0.75
        assert dark.any(axis=0).mean() > 0.75


@pytest.mark.parametrize("layout", LAYOUTS)
def test_labels_stand_in_reading_order(layout: str) -> None:
    text = "3" if layout in ("single", "fill", "tiny") else "16-4x3+8"
    sheet = made({}, 2, layout, text)
    assert sheet.layout == layout
    assert sheet.text == "".join(sheet.rows) == "".join(each for each in text if each.isdigit())
    assert len(sheet.labels) == len(sheet.boxes) == len(text)
    middles = (sheet.boxes[:, :2] + sheet.boxes[:, 2:]) / 2
    back = np.flatnonzero(np.diff(middles[:, 0]) < 0)
    assert len(back) == (len(sheet.rows) - 1 if layout == "rows" else 0)
    for start in back:
        assert middles[start + 1, 1] > middles[start, 1]


def test_a_layout_drawn_by_lot_is_told() -> None:
    rngs = [np.random.default_rng(seed) for seed in range(40)]
    drawn = [make_sheet(*draw_line("30528"), rng, {}, size=SIZE) for rng in rngs]
    assert {sheet.layout for sheet in drawn} == {"row", "slanted", "rows", "sizes", "touching"}
    for sheet in drawn:
        assert (len(sheet.rows) > 1) == (sheet.layout == "rows")
    assert make_sheet([], [], rngs[0], {}).layout == ""


def test_rows_are_more_than_one() -> None:
    assert len(made({}, 1, "rows", "123456789012").rows) > 1


def test_sizes_of_layouts() -> None:
    def share(layout: str) -> float:
        x0, y0, x1, y1 = made({}, 4, layout, "0").boxes[0]
        return float((x1 - x0) * (y1 - y0) / (SIZE[0] * SIZE[1]))

    assert share("tiny") == pytest.approx(0.02, abs=0.004)
    heights = made({}, 4, "fill", "0").boxes[0]
    assert heights[3] - heights[1] > 0.93 * SIZE[1]


def test_touching_digits_touch() -> None:
    touching = 0
    for seed in range(6):
        sheet = made({}, seed, "touching", "5038")
        touching += (sheet.boxes[1:, 0] - sheet.boxes[:-1, 2] < 1.5).sum()
    assert touching >= 14  # of 18 neighbours; a 7 and a 4 may reach under each other


def test_marks_keep_their_height_on_the_line() -> None:
    sheet = made({}, 0, "row", "8-8")
    digits, minus = sheet.boxes[[0, 2]], sheet.boxes[1]
    assert minus[3] - minus[1] < 0.4 * (digits[0, 3] - digits[0, 1])
    assert digits[:, 1].max() < minus[1]
    assert minus[3] < digits[:, 3].min()
    sheet = made({}, 0, "row", "8,8")
    assert sheet.boxes[1, 1] > sheet.boxes[[0, 2], 1:4:2].mean()


def test_tilted_digits_turn_with_their_row() -> None:
    bars = [draw_digit(1, np.random.default_rng(0), form="bar", hand=HAND)] * 4
    for seed in range(6):
        sheet = make_sheet(bars, list("1111"), np.random.default_rng(seed), {"tilt": 1.0}, "row")
        way = sheet.boxes[-1, :2] - sheet.boxes[0, :2]
        inked = [np.nonzero(crop < 120) for crop in crops(sheet)]
        leans = [np.cov(x, y)[0, 1] for y, x in inked]
        assert np.median(leans) * way[1] * way[0] < 0  # at right angles to the row


def test_the_same_seed_makes_the_same_file() -> None:
    conditions = random_conditions(np.random.default_rng(5))
    assert made(conditions, 8).jpeg == made(conditions, 8).jpeg
    assert made(conditions, 8).jpeg != made(conditions, 9).jpeg


def test_exif_turns_the_file_back() -> None:
    for seed in range(8):
        sheet = made({"exif": 1.0}, seed)
        with Image.open(io.BytesIO(sheet.jpeg)) as file:
            upright = ImageOps.exif_transpose(file)
        assert upright.size == sheet.image.size
        difference = np.asarray(upright, np.float32) - np.asarray(sheet.image, np.float32)
        assert np.abs(difference).mean() < 4


def test_turns_make_the_pixels_upright() -> None:
    for name in ("sideways", "upside_down"):
        sheet = made({name: 1.0}, 6, text="1234")
        steps = np.diff((sheet.boxes[:, :2] + sheet.boxes[:, 2:]) / 2, axis=0).mean(axis=0)
        for _ in range(sheet.turns):  # against the clock
            steps = np.array([steps[1], -steps[0]])
        assert steps[0] > 5 * abs(steps[1])


def test_glyphs_of_28_pixels_look_like_a_pen() -> None:
    """Enlarged sevenfold, edges are steeper than interpolation alone leaves them."""
    glyphs, labels = draw_line("2357")
    small = [np.asarray(Image.fromarray(glyph).resize((20, 28))) for glyph in glyphs]
    sheet = make_sheet(small, labels, np.random.default_rng(1), {}, "row", SIZE)
    steepest = [np.abs(np.diff(crop, axis=1)).max() / np.ptp(crop) for crop in crops(sheet, 0.1)]
    assert np.mean(steepest) > 0.3


def test_random_conditions_can_all_come_but_turned_pixels() -> None:
    rng = np.random.default_rng(0)
    seen: set[str] = set()
    for _ in range(1500):
        drawn = random_conditions(rng)
        seen |= drawn.keys()
        assert all(0 <= strength <= 1 for strength in drawn.values())
        assert len(drawn.keys() & {"chalkboard", "tablet", "negative"}) <= 1
    assert seen == CONDITIONS.keys() - {"sideways", "upside_down"}


def test_random_sheets_keep_their_digits_visible() -> None:
    rng = np.random.default_rng(12)
    hidden = total = 0
    for _ in range(40):
        text = "".join(rng.choice(list("0123456789"), int(rng.choice([1, 3, 8]))))
        sheet = make_sheet(*draw_line(text, int(rng.integers(99))), rng, random_conditions(rng))
        for crop in crops(sheet, 0.1):
            hidden += abs(np.median(crop) - extreme(crop)) < 10
            total += 1
    assert hidden / total < 0.02


@pytest.mark.parametrize(
    ("conditions", "layout", "sentence"),
    [({"rain": 0.5}, "row", "no condition 'rain'"), ({"tilt": 1.5}, "row", "give 0 to 1"),
     ({}, "spiral", "no layout 'spiral'")],
)  # fmt: skip
def test_wrong_names_are_named(conditions: dict[str, float], layout: str, sentence: str) -> None:
    with pytest.raises(UnknownCondition, match=sentence):
        made(conditions, 0, layout)


def test_labels_must_fit() -> None:
    glyphs, _ = draw_line("12")
    for labels in (["1"], ["1", "12"], ["1", "a"]):
        with pytest.raises(ValueError, match="one label"):
            make_sheet(glyphs, labels, np.random.default_rng(0))


def test_a_glyph_without_ink_is_refused() -> None:
    with pytest.raises(ValueError, match="no ink"):
        make_sheet([np.zeros((28, 28), np.uint8)], ["1"], np.random.default_rng(0))
