"""A digit whose strokes fill the picture is read; shadows and thin strokes are no second tone."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from model import attempts
from model.desk import find_desk
from model.light import darkness_of_ink
from model.recognizer import Recognizer
from model.tones import DARK_FROM, contrasts_of_two_tones, least_darkness, part_tones
from model.vision import find_broad_inks, find_inks, open_photo

Floats = NDArray[np.float32]


def broad_nine(ink: int = 50, paper: int = 215) -> Image.Image:
    """A 9 drawn with a felt pen and cropped at its ink: more than half of the picture is ink."""
    picture = Image.new("L", (260, 400), paper)
    draw = ImageDraw.Draw(picture)
    draw.ellipse([-10, -10, 270, 230], fill=ink)
    draw.ellipse([80, 75, 180, 145], fill=paper)
    draw.line([(220, 110), (150, 420)], fill=ink, width=85)
    return picture


def as_gray(picture: Image.Image) -> Floats:
    return np.asarray(picture, np.float32)


def as_file(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.mark.parametrize(("ink", "paper"), [(50, 215), (215, 40)], ids=["dark", "light"])
def test_a_digit_that_fills_the_frame_is_read(
    shipped: Recognizer, monkeypatch: pytest.MonkeyPatch, ink: int, paper: int
) -> None:
    photo = as_file(broad_nine(ink, paper))
    assert shipped.read(photo).text == "9"
    monkeypatch.setattr(attempts, "find_broad_inks", lambda _: iter(()))
    assert shipped.read(photo).text != "9"


def test_a_desk_is_no_dark_ink_where_the_sheet_may_be_light_ink(shipped: Recognizer) -> None:
    picture = Image.new("L", (300, 420), 30)
    draw = ImageDraw.Draw(picture)
    draw.ellipse([10, 10, 290, 410], fill=225)
    draw.ellipse([125, 90, 175, 330], fill=30)
    assert find_desk(as_gray(picture)) is not None
    (ink,) = find_broad_inks(open_photo(as_file(picture)))
    (digit,) = shipped.read_ink(ink)
    assert digit.digit == 0


def test_the_contrast_is_that_of_one_tone_against_the_other() -> None:
    gray = as_gray(broad_nine(ink=50, paper=200))
    contrasts = contrasts_of_two_tones(gray)
    dark, light = contrasts["dark"], contrasts["light"]
    assert np.allclose(dark[gray == 50], 1 - 58 / 208, atol=0.02)
    assert dark[gray == 200].max() < 0.02
    assert np.allclose(light[gray == 200], 1 - 63 / 213, atol=0.02)
    assert light[gray == 50].max() < 0.02


def test_what_covers_nearly_all_is_no_ink() -> None:
    gray = np.full((200, 200), 40, np.float32)
    gray[:, :28] = 220
    assert list(contrasts_of_two_tones(gray)) == ["light"]


def test_thin_strokes_light_that_falls_off_and_a_shadow_are_not_two_tones() -> None:
    thin = np.full((400, 300), 200, np.float32)
    thin[50:350, 140:160] = 40
    slope = np.linspace(60, 220, 300, dtype=np.float32) * np.ones((400, 1), np.float32)
    shadow = np.full((400, 300), 200, np.float32)
    shadow[:, :120] = 150
    for gray in (thin, slope, shadow):
        assert contrasts_of_two_tones(gray) == {}


def test_cells_part_where_the_tones_do() -> None:
    cells = np.concatenate([np.full(30, 20.0), np.full(70, 180.0)]).astype(np.float32)
    share, clean, dark, light = part_tones(cells)
    assert share == pytest.approx(0.3)
    assert clean > 0.95
    assert (dark, light) == pytest.approx((20, 180), rel=0.05)  # to a level's width


def test_one_tone_alone_is_not_two() -> None:
    assert contrasts_of_two_tones(np.full((100, 100), 128, np.float32)) == {}


@pytest.mark.parametrize(("blobs", "text"), [(0, "7"), (3, "")])
def test_most_pieces_of_such_ink_must_be_read(
    shipped: Recognizer, monkeypatch: pytest.MonkeyPatch, blobs: int, text: str
) -> None:
    written = Image.new("L", (480, 320), 255)
    draw = ImageDraw.Draw(written)
    draw.line([(60, 60), (150, 60), (90, 260)], fill=20, width=18, joint="curve")
    for place in range(blobs):
        draw.rectangle([220 + 90 * place, 120, 270 + 90 * place, 180], fill=20)
    ink = next(find_inks(open_photo(as_file(written))))
    assert len(ink.pieces) == 1 + blobs
    monkeypatch.setattr(attempts, "find_broad_inks", lambda _: iter((ink,)))
    assert shipped.read(as_file(Image.new("L", (480, 320), 255))).text == text


def ring_and_tail(ink: int, paper: int) -> Floats:
    """A 9 so broad that it may be paper between light strokes, under a lamp: H×W, 0..255."""
    picture = Image.new("L", (480, 360), paper)
    draw = ImageDraw.Draw(picture)
    draw.ellipse([150, 30, 320, 190], outline=ink, width=60)
    draw.line([(300, 120), (230, 340)], fill=ink, width=60)
    y, x = np.mgrid[-1:1:360j, -1:1:480j]
    lit: Floats = (as_gray(picture) * (1 - 0.3 * (x * x + y * y))).astype(np.float32)
    return lit


def test_what_lies_along_the_border_is_ground_where_ink_is_in_doubt() -> None:
    gray = ring_and_tail(ink=50, paper=215)
    darkness = darkness_of_ink(gray)
    assert 0.5 > darkness > least_darkness(gray)
    first = next(find_inks(open_photo(as_file(Image.fromarray(gray.astype(np.uint8))))))
    (box,) = first.pieces.boxes.tolist()
    x0, y0, x1, y1 = np.array(box) * 480 / first.contrast.shape[1]
    assert (x0, y0, x1, y1) == pytest.approx((150, 30, 320, 340), abs=12)


def test_on_a_board_that_fills_the_picture_ink_must_be_darker_to_be_dark() -> None:
    light, board = ring_and_tail(ink=50, paper=215), ring_and_tail(ink=215, paper=50)
    assert least_darkness(light) == pytest.approx(DARK_FROM[0], abs=0.01)
    assert least_darkness(board) == pytest.approx(DARK_FROM[1], abs=0.01)
