"""Each condition does what its name says, and a person can still read.

Every condition has one measure here that it must move against the same sheet without it; none can
be added to the register without.
"""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageFilter

from model.paper.sheet import CONDITIONS, Sheet
from tests.model.paper.sheets import Glyph, crops, extreme, gray, made


def contrast(sheet: Sheet) -> float:
    """Levels between paper and ink; below 0 when the ink is lighter."""
    return float(np.mean([np.median(crop) - extreme(crop) for crop in crops(sheet, 0.15)]))


def ink_share(sheet: Sheet) -> float:
    """The share of its box that a glyph's ink fills."""
    shares = []
    for crop in crops(sheet):
        paper = np.median(crop) if np.median(crop) > 128 else np.percentile(crop, 90)
        shares.append(np.mean(crop < (paper + crop.min()) / 2))
    return float(np.mean(shares))


def paleness_of_strokes(sheet: Sheet) -> float:
    """How many levels lighter than its darkest part a tenth of a glyph's ink is."""
    falls = []
    for crop in crops(sheet):
        ink = crop[crop < (np.median(crop) + crop.min()) / 2]
        falls.append(np.percentile(ink, 90) - crop.min())
    return float(np.mean(falls))


def difference_of_digits(sheet: Sheet) -> float:
    """How many levels the palest glyph is lighter than the darkest, each with some ground."""
    darkest = [extreme(crop) for crop in crops(sheet, 0.1)]
    return float(max(darkest) - min(darkest))


def unevenness(sheet: Sheet) -> float:
    """How much the paper's brightness varies over large distances."""
    levels, away = outside(sheet)
    small = [float(np.median(levels[y:y + 60, x:x + 60][away[y:y + 60, x:x + 60]]))
             for y in range(0, levels.shape[0] - 60, 60) for x in range(0, levels.shape[1] - 60, 60)
             if away[y:y + 60, x:x + 60].mean() > 0.5]  # fmt: skip
    return float(np.std(small))


def roughness(sheet: Sheet) -> float:
    """How much the paper varies from pixel to pixel."""
    levels, away = outside(sheet)
    return float(np.std(np.diff(levels, axis=1)[away[:, 1:]]))


def marks_beside(sheet: Sheet) -> float:
    """The share of pixels away from the writing that differ from the paper around them."""
    levels, away = outside(sheet)
    around = np.asarray(sheet.image.convert("L").filter(ImageFilter.BoxBlur(12)), np.float32)
    return float(np.mean(np.abs(levels - around)[away] > 9))


def outside(sheet: Sheet) -> tuple[Glyph, Glyph]:
    """The gray pixels well away from the writing."""
    levels = gray(sheet)
    away = np.ones(levels.shape, bool)
    for x0, y0, x1, y1 in sheet.boxes:
        room = 0.12 * (y1 - y0)
        away[max(0, int(y0 - room)) : int(y1 + room), max(0, int(x0 - room)) : int(x1 + room)] = 0
    return levels, away


def sharpness(sheet: Sheet) -> float:
    """The steepest edges, as a share of the contrast."""
    return float(np.mean([np.abs(np.diff(c, axis=1)).max() / np.ptp(c) for c in crops(sheet, 0.1)]))


def colour_of_paper(sheet: Sheet) -> float:
    spread = np.ptp(np.asarray(sheet.image, dtype=np.float32), axis=2)
    return float(np.median(spread))


def colour_of_ink(sheet: Sheet) -> float:
    """How much the ink's colour goes beyond the paper's."""
    pixels = np.asarray(sheet.image, dtype=np.float32)
    x0, y0, x1, y1 = sheet.boxes[0].astype(int)
    crop = pixels[y0:y1, x0:x1].reshape(-1, 3)
    ink = crop[np.argsort(crop.sum(axis=1))[: len(crop) // 20]].mean(axis=0)
    return float(np.ptp(ink))


def brightness(sheet: Sheet) -> float:
    return float(np.median(gray(sheet)))


def brightest(sheet: Sheet) -> float:
    return float(np.percentile(gray(sheet), 99.5) - np.median(gray(sheet)))


def lean(sheet: Sheet) -> float:
    """How far the row rises or falls, per its width."""
    middles = (sheet.boxes[:, :2] + sheet.boxes[:, 2:]) / 2
    way = middles[-1] - middles[0]
    return float(abs(way[1]) / max(abs(way[0]), 1))


def border_differs(sheet: Sheet) -> float:
    """The share of pixels along the border that are not like the middle."""
    levels = gray(sheet)
    border = np.concatenate([levels[2], levels[-3], levels[:, 2], levels[:, -3]])
    return float(np.mean(np.abs(border - np.median(levels)) > 25))


def nearest_border(sheet: Sheet) -> float:
    """Pixels between the writing and the nearest border."""
    low, high = sheet.boxes[:, :2].min(axis=0), sheet.boxes[:, 2:].max(axis=0)
    return float(min(low.min(), (np.array(sheet.image.size) - high).min()))


def longest_side(sheet: Sheet) -> int:
    return max(sheet.image.size)


def file_size(sheet: Sheet) -> int:
    return len(sheet.jpeg)


def gaps_in_strokes(sheet: Sheet) -> float:
    """The share of light pixels along the strokes: within a box, near dark ones."""
    return -ink_share(sheet)


def turned(sheet: Sheet) -> int:
    return sheet.turns


def orientation(sheet: Sheet) -> int:
    return int(Image.open(io.BytesIO(sheet.jpeg)).getexif().get(0x0112, 1))


# name: (measure, by how much it must grow at least; below 0: fall)
MOVES: dict[str, tuple[Callable[[Sheet], float], float]] = {
    "coloured_paper": (colour_of_paper, 20),
    "coloured_ink": (colour_of_ink, 30),
    "chalkboard": (brightness, -90),
    "tablet": (roughness, -0.5),
    "faint_pencil": (contrast, -60),
    "thin_pen": (ink_share, -0.08),
    "felt_pen": (ink_share, 0.15),
    "dry_pen": (gaps_in_strokes, 0.03),
    "pressure": (paleness_of_strokes, 8),
    "tilt": (lean, 0.25),
    "texture": (roughness, 1.5),
    "blotches": (unevenness, 2),
    "show_through": (marks_beside, 0.001),
    "ruled": (marks_beside, 0.005),
    "squared": (marks_beside, 0.01),
    "dotted": (marks_beside, 0.001),
    "form_boxes": (marks_beside, 0.005),
    "underline": (marks_beside, 0.002),
    "dirt": (marks_beside, 0.0004),
    "print_elsewhere": (marks_beside, 0.001),
    "holes": (marks_beside, 0.002),
    "desk": (border_differs, 0.5),
    "paper_edge": (border_differs, 0.15),
    "fingers": (border_differs, 0.02),
    "uneven_light": (unevenness, 5),
    "vignette": (unevenness, 5),
    "shadow": (unevenness, 15),
    "crease": (unevenness, 1),
    "glare": (brightest, 15),
    "yellow_lamp": (colour_of_paper, 15),
    "underexposed": (brightness, -60),
    "focus_blur": (sharpness, -0.2),
    "motion_blur": (sharpness, -0.05),
    "noise": (roughness, 5),
    "negative": (brightness, -100),
    "crop": (nearest_border, -5),
    "padding": (longest_side, 50),
    "thumbnail": (longest_side, -200),
    "sideways": (turned, 1),
    "upside_down": (turned, 2),
    "exif": (orientation, 1),
    "jpeg": (file_size, -1500),
}


def test_every_condition_is_measured() -> None:
    assert MOVES.keys() | {"perspective", "two_pens"} == CONDITIONS.keys()


@pytest.mark.parametrize("name", MOVES)
def test_the_condition_does_what_its_name_says(name: str) -> None:
    measure, wanted = MOVES[name]
    seeds = range(4)
    before = np.mean([measure(made({}, seed)) for seed in seeds])
    after = np.mean([measure(made({name: 0.9}, seed)) for seed in seeds])
    assert (after - before) * np.sign(wanted) >= abs(wanted), f"{before:.4f} -> {after:.4f}"


def test_perspective_makes_the_near_larger_than_the_far() -> None:
    spreads = []
    for seed in range(6):
        sheets = [made(chosen, seed) for chosen in ({}, {"perspective": 1.0})]
        before, after = (sheet.boxes[:, 2:] - sheet.boxes[:, :2] for sheet in sheets)
        spreads.append(np.ptp(after / before, axis=0).max())
    assert np.mean(spreads) > 0.02


@pytest.mark.parametrize("name", CONDITIONS)
def test_digits_stay_visible_where_the_boxes_say(name: str) -> None:
    for seed in range(3):
        sheet = made({name: 1.0}, seed)
        width, height = sheet.image.size
        assert (sheet.boxes[:, :2] > [-0.1 * width, -0.1 * height]).all()
        assert (sheet.boxes[:, 2:] < [1.1 * width, 1.1 * height]).all()
        for crop in crops(sheet, 0.1):
            assert abs(np.median(crop) - extreme(crop)) > 8


def test_two_pens_write_the_rows_in_turn() -> None:
    def difference(conditions: dict[str, float], seed: int) -> float:
        return difference_of_digits(made(conditions, seed, "rows", "3052861947"))

    assert max(difference({}, seed) for seed in range(3)) < 15
    assert min(difference({"two_pens": 0.9}, seed) for seed in range(3)) > 60
