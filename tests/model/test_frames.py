"""Form boxes go, what stands in them stays."""

import numpy as np
import pytest

from model.frames import is_frame, remove_frames
from model.ink import find_pieces

HEIGHT, WIDTH = 240, 400


def box(page: np.ndarray, x0: int, y0: int, x1: int, y1: int) -> None:
    page[y0:y1, x0:x1] = 0.6
    page[y0 + 3 : y1 - 3, x0 + 3 : x1 - 3] = 0


def oval() -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    ring = np.abs(np.hypot((y - 120) / 50, (x - 200) / 35) - 1) < 0.12
    return np.where(ring, 0.6, 0).astype(np.float32)


def test_a_box_around_a_digit_is_taken_off() -> None:
    page = np.zeros((HEIGHT, WIDTH), np.float32)
    box(page, 140, 50, 260, 190)
    page = np.maximum(page, oval())
    cleaned = remove_frames(page, find_pieces(page))
    assert np.array_equal(cleaned, oval())


def test_the_lines_between_cells_are_taken_off() -> None:
    page = np.zeros((HEIGHT, WIDTH), np.float32)
    box(page, 40, 60, 200, 180)
    page[60:180, 118:121] = 0.6
    assert remove_frames(page, find_pieces(page)).max() == 0


def test_an_oval_is_no_frame() -> None:
    pieces = find_pieces(oval())
    assert not is_frame(pieces, 0)
    assert np.array_equal(remove_frames(oval(), pieces), oval())


def test_a_filled_square_is_no_frame() -> None:
    page = np.zeros((HEIGHT, WIDTH), np.float32)
    page[60:180, 140:260] = 0.6
    assert not is_frame(find_pieces(page), 0)


@pytest.mark.parametrize("shape", ["circle", "tilted box"])
def test_a_frame_of_any_shape_goes_and_what_it_surrounds_stays(shape: str) -> None:
    y, x = np.mgrid[:240, :320]
    across, down = x - 160, y - 120
    if shape == "circle":
        line = np.abs(np.hypot(across, down) - 70) < 2
    else:
        turned = np.maximum(np.abs(0.87 * across + 0.5 * down), np.abs(0.87 * down - 0.5 * across))
        line = np.abs(turned - 60) < 2
    digit = np.abs(np.hypot(across / 0.7, down) - 35) < 4
    page = np.where(line | digit, 0.7, 0).astype(np.float32)
    cleaned = remove_frames(page, find_pieces(page))
    assert np.array_equal(cleaned > 0, digit)


def test_a_zero_keeps_the_stroke_in_it() -> None:
    y, x = np.mgrid[:240, :320]
    page = np.where(np.abs(np.hypot((x - 160) / 0.7, y - 120) - 70) < 6, 0.7, 0)
    page[90:150, 155:165] = 0.7
    page = page.astype(np.float32)
    assert remove_frames(page, find_pieces(page)) is page


def test_the_blurred_rim_of_a_box_goes_with_it() -> None:
    page = np.zeros((HEIGHT, WIDTH), np.float32)
    page[46:194, 136:264] = 0.15  # below the share of the line's strength that is its own
    box(page, 140, 50, 260, 190)
    page[56:184, 146:254] = 0
    page = np.maximum(page, oval())
    cleaned = remove_frames(page, find_pieces(page))
    assert np.array_equal(cleaned[48:-48, 138:-138], oval()[48:-48, 138:-138])
    assert cleaned[120, 130:145].max() < 0.2


def test_the_lines_between_cells_may_lean_as_the_page_does() -> None:
    page = np.zeros((HEIGHT, WIDTH), np.float32)
    box(page, 40, 60, 250, 180)
    page[60:180, 108:111] = page[60:180, 178:181] = 0.6
    page[80:160, 140:144] = 0.6  # a 1 between them, which stays
    for row in range(HEIGHT):
        page[row] = np.roll(page[row], (row - HEIGHT // 2) // 9)
    left = find_pieces(remove_frames(page, find_pieces(page)))
    assert left.boxes.tolist() == [[135, 80, 148, 160]]


@pytest.mark.parametrize(("shift", "goes"), [(0, True), (6, False)])
def test_a_frame_may_go_on_out_of_the_picture(shift: int, goes: bool) -> None:
    """What is open at a side within the picture is no frame: a bracket, a C around a dot."""
    y, x = np.mgrid[:240, :320]
    turned = np.maximum(np.abs(0.97 * x + 0.26 * (y - 120)), np.abs(0.97 * (y - 120) - 0.26 * x))
    line = (np.abs(turned - 90) < 2) & (x >= shift)
    digit = np.abs(np.hypot((x - 40) / 0.7, y - 120) - 40) < 4
    page = np.where(line | digit, 0.7, 0).astype(np.float32)
    kept = digit if goes else line | digit
    assert np.array_equal(remove_frames(page, find_pieces(page)) > 0, kept)
