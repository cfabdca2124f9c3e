"""Scores of a folder of photos."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.evaluation import (
    LabelledPhoto,
    Outcome,
    UnusableManifest,
    calibration_table,
    confusion_matrix,
    doubt_table,
    draw_failure,
    draw_failures,
    edit_distance,
    group_table,
    load_manifest,
    marked_photo,
    single_digits,
    title_of,
    wilson,
)
from model.reading import Digit, Reading


def reading(*digits: tuple[int, float]) -> Reading:
    found = tuple(
        Digit(
            digit,
            confidence,
            (0, 0, 9, 9),
            0,
            np.zeros((28, 28), np.uint8),
            np.full(10, 0.1, np.float32),
            0.0,
        )
        for digit, confidence in digits
    )
    return Reading(found, 40, 30, "image/jpeg")


def write_manifest(folder: Path, text: str) -> None:
    (folder / "manifest.csv").write_text(text, encoding="utf-8")


def test_a_manifest_lists_photos(tmp_path: Path) -> None:
    write_manifest(tmp_path, 'file,label,kind,conditions\na.jpg,07,multi,"faint,ruled"\nb.jpg,,,\n')
    first, second = load_manifest(tmp_path)
    assert (first.path, first.label, first.kind) == (tmp_path / "a.jpg", "07", "multi")
    assert first.conditions == ("faint", "ruled")
    assert (second.label, second.kind, second.conditions) == ("", "photo", ())


def test_a_missing_manifest_or_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableManifest, match=r"manifest\.csv"):
        load_manifest(tmp_path)
    write_manifest(tmp_path, "file,text\na.jpg,7\n")
    with pytest.raises(UnusableManifest, match="label"):
        load_manifest(tmp_path)


def test_wilson_gives_the_textbook_interval() -> None:
    low, high = wilson(81, 263)  # Brown, Cai, DasGupta 2001's kind of example
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 10)[0] == pytest.approx(0)
    assert wilson(10, 10)[1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("read", "label", "errors"),
    [("407", "407", 0), ("47", "407", 1), ("", "12", 2), ("13", "2", 2)],
)
def test_the_edit_distance_counts_characters(read: str, label: str, errors: int) -> None:
    assert edit_distance(read, label) == errors


def test_tables_count_what_is_right(tmp_path: Path) -> None:
    write_manifest(
        tmp_path, "file,label,kind,conditions\na,7,single,faint\nb,8,single,\nc,,none,\n"
    )
    photos = load_manifest(tmp_path)
    outcomes = [
        Outcome(photos[0], reading((7, 0.9))),
        Outcome(photos[1], reading((3, 0.6))),
        Outcome(photos[2], None),
    ]
    lines = group_table(outcomes)
    assert [line.split()[:3] for line in lines[1:]] == [
        ["single", "2", "1"],
        ["none", "1", "0"],
        ["faint", "1", "1"],
    ]
    pairs = single_digits(outcomes)
    assert pairs == [(7, 7, 0.9), (8, 3, 0.6)]
    assert confusion_matrix(pairs)[8, 3] == 1
    assert calibration_table(pairs)[-1] == "expected calibration error 35.00 points"


def test_a_digit_too_many_is_a_wrong_answer_and_no_confusion(tmp_path: Path) -> None:
    write_manifest(tmp_path, "file,label\na,\nb,407\nc,12\nd,5\n")
    photos = load_manifest(tmp_path)
    outcomes = [
        Outcome(photos[0], reading((8, 0.6))),  # where there is no digit
        Outcome(photos[1], reading((4, 0.9), (0, 0.9), (7, 0.9), (1, 0.8))),  # one too many
        Outcome(photos[2], reading((2, 0.95))),  # the first is missed
        Outcome(photos[3], None),
    ]
    answers = single_digits(outcomes)
    assert answers == [
        (None, 8, 0.6),
        (4, 4, 0.9),
        (0, 0, 0.9),
        (7, 7, 0.9),
        (None, 1, 0.8),
        (2, 2, 0.95),
    ]
    matrix = confusion_matrix(answers)
    assert matrix.sum() == np.trace(matrix) == 4
    lines = calibration_table(answers)
    assert lines[1].split() == ["60", "-", "70", "%", "1", "60.0", "%", "0.0", "%"]
    off = (0.6 + 0.8 + 3 * 0.1 + 0.05) / 6
    assert lines[-1] == f"expected calibration error {100 * off:.2f} points"


def test_the_table_of_doubt_counts_what_asking_would_take() -> None:
    answers = [(7, 7, 0.55), (8, 3, 0.65), (None, 1, 0.95), (4, 4, 0.99), (2, 2, 0.92)]
    lines = doubt_table(answers)
    assert lines[1].split() == ["50", "%", "0", "0", "40.0", "%"]
    assert lines[3].split() == ["70", "%", "2", "1", "33.3", "%"]
    assert len(lines) == 6


def test_the_sheet_shows_failures_only(tmp_path: Path) -> None:
    write_manifest(tmp_path, "file,label\na,7\nb,8\n")
    photos = load_manifest(tmp_path)
    sheet = draw_failures([Outcome(photos[0], reading((7, 0.9))), Outcome(photos[1], None)], 100)
    assert sheet.size == (100, 180)


def failure(tmp_path: Path, label: str, found: Reading) -> Outcome:
    """Return what was read in a white photo of 40×30, which is something else."""
    path = tmp_path / "white.png"
    Image.new("RGB", (40, 30), "white").save(path)
    return Outcome(LabelledPhoto(path, label, "photo", ()), found)


def test_every_digit_of_a_failure_is_drawn_and_no_caption_touches_the_next(tmp_path: Path) -> None:
    black = replace(reading(*[(8, 1.0)] * 13), width=40, height=30)
    for digit in black.digits:
        digit.pixels[:] = 255
    tile = np.asarray(draw_failure(failure(tmp_path, "9", black), 300).convert("L"))
    lower = tile[22 + 300 :] < 128  # below the photo
    assert lower[:-2].any(axis=1).sum() > 3 * 28
    in_rows = [lower[start : start + 28] for start in (0, 48, 96)]
    assert [int(row.all(axis=0).sum()) for row in in_rows] == [6 * 28, 6 * 28, 28]
    captions = [lower[start + 30 : start + 46] for start in (0, 48)]
    for caption in captions:
        assert not caption[:, 4 - 2 : 4].any()
        gaps = [caption[:, 4 + 48 * place - 3 : 4 + 48 * place] for place in range(1, 6)]
        assert not any(gap.any() for gap in gaps)


def test_a_long_label_makes_a_failure_higher_and_none_of_it_is_cut(tmp_path: Path) -> None:
    short, long = (failure(tmp_path, label, reading((8, 0.9))) for label in ("9", "1234567890" * 9))
    heights = [draw_failure(each, 300).height for each in (short, long)]
    assert heights[0] == 380
    assert heights[1] >= heights[0] + 2 * 18
    both = draw_failures([short, long], 300)
    assert both.size == (600, heights[1])
    top = np.asarray(draw_failure(long, 300).convert("L"))[:22]
    assert (top[:, :4] == 255).all()
    assert (top[:, -4:] == 255).all()


def test_a_failure_that_was_turned_says_so_and_is_shown_turned(tmp_path: Path) -> None:
    found = replace(reading((8, 0.9)), turned=1, way_up=0.88)
    turned = failure(tmp_path, "9", found)
    assert title_of(turned) == "white: read 8, turned left by 90°, 88 % sure, true 9"
    picture = marked_photo(turned.photo.path, found, 80)
    assert picture.size == (60, 80)
    red = np.asarray(picture)[:, :, 1] < 100
    rows, columns = np.nonzero(red)
    assert rows.min() > 50  # the box at the upper left of the photo
    assert columns.max() < 30
