"""Scores of a folder of photos."""

from pathlib import Path

import numpy as np
import pytest

from model.evaluation import (
    Outcome,
    UnusableManifest,
    calibration_table,
    confusion_matrix,
    draw_failures,
    edit_distance,
    group_table,
    load_manifest,
    single_digits,
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


def test_the_sheet_shows_failures_only(tmp_path: Path) -> None:
    write_manifest(tmp_path, "file,label\na,7\nb,8\n")
    photos = load_manifest(tmp_path)
    sheet = draw_failures([Outcome(photos[0], reading((7, 0.9))), Outcome(photos[1], None)], 100)
    assert sheet.size == (100, 180)
