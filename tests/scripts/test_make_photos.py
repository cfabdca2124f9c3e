"""Photos of made paper as a folder that `digitbot evaluate --photos` reads."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.evaluation import Outcome, group_table, load_manifest
from model.paper.marks import OPERATORS
from model.paper.negatives import NEGATIVES
from model.paper.sheet import CONDITIONS, LAYOUTS
from model.paper.strokes import draw_digit
from model.photo import open_photo
from scripts.make_photos import MARKS, MIXED, load_usps, main, orders

LABELS = "4072918365"
KINDS = ("made_single", "made_multi", "made_marks")


@pytest.fixture
def usps(tmp_path: Path) -> Path:
    """A folder with ten drawn digits in the form of usps."""
    rng = np.random.default_rng(0)
    lines = []
    for label in LABELS:
        glyph = Image.fromarray(draw_digit(int(label), rng)).resize((16, 16))
        values = np.asarray(glyph, float).ravel() / 127.5 - 1
        lines.append(" ".join([f"{label}.0000", *(f"{value:.3f}" for value in values)]))
    with gzip.open(tmp_path / "zip.test.gz", "wt") as file:
        file.write("\n".join(lines) + "\n")
    return tmp_path


def test_every_condition_is_asked_for_one_digit_and_for_a_row() -> None:
    asked = {(order.kind, order.condition) for order in orders(1)}
    rows = {(kind, name) for kind in KINDS for name in CONDITIONS}
    assert rows < asked
    assert {("made_multi", MIXED), *(("negative", name) for name in NEGATIVES)} < asked
    assert {("made_mark", name) for name in MARKS} < asked
    assert len(orders(3)) == 3 * len(asked)


def test_marks_have_names_that_a_manifest_and_a_file_can_hold() -> None:
    assert set(MARKS.values()) == set(OPERATORS)
    assert MARKS["mark_comma"] == ","
    assert all(name.replace("_", "").isalpha() for name in MARKS)
    assert not MARKS.keys() & {*CONDITIONS, *LAYOUTS, *NEGATIVES}


def test_digits_of_usps_come_as_ink_with_their_labels(usps: Path) -> None:
    images, labels = load_usps(usps / "zip.test.gz")
    assert "".join(labels) == LABELS
    assert images.shape == (10, 28, 28)
    assert (images.max(axis=(1, 2)) > 200).all()
    assert (images[:, 0] == 0).all()


def test_the_folder_can_be_evaluated_and_is_made_the_same_again(
    usps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: CONDITIONS[name] for name in ("ruled", "sideways")}
    monkeypatch.setattr("scripts.make_photos.CONDITIONS", few)
    monkeypatch.setattr("scripts.make_photos.MARKS", {"mark_comma": ",", "mark_solidus": "/"})
    monkeypatch.setattr("scripts.make_photos.NEGATIVES", ("blank", "doodles"))
    for name in ("one", "two"):
        words = ["make_photos", "--usps", str(usps), "--out", str(tmp_path / name), "--sheets", "1"]
        monkeypatch.setattr("sys.argv", words)
        main()
    photos = load_manifest(tmp_path / "one")
    assert [(len(photo.label), photo.kind) for photo in photos] == [
        *[(1, "made_single"), (5, "made_multi"), (5, "made_marks")] * 3,
        *[(5, "made_mark")] * 2,
        *[(0, "negative")] * 2,
    ]
    named = [name for name in (*few, MIXED) for _ in KINDS] + ["mark_comma", "mark_solidus"]
    assert [photo.conditions[0] for photo in photos] == [*named, "blank", "doodles"]
    written = [photo for photo in photos if photo.conditions != ("blank",)]
    assert all(photo.conditions[1] in LAYOUTS for photo in written)
    rows = {line.split()[0] for line in group_table([Outcome(photo, None) for photo in photos])}
    assert rows >= {"mark_comma", "mark_solidus", *(photo.conditions[1] for photo in written)}
    for photo in photos:
        assert photo.label in LABELS
        data = photo.path.read_bytes()
        assert open_photo(data).width > 0
        assert data == (tmp_path / "two" / photo.path.name).read_bytes()
