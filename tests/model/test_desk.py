"""The desk is told from shadows, from strokes at the border and from large light digits."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from model.desk import find_desk, hull_of
from model.photo import Photo
from model.vision import find_inks

WIDTH, HEIGHT = 640, 480
CORNERS = [(60, 50), (590, 70), (560, 440), (40, 420)]


def lying(
    desk: int, paper: int = 220, corners: list[tuple[int, int]] = CORNERS
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("L", (WIDTH, HEIGHT), desk)
    draw = ImageDraw.Draw(picture)
    draw.polygon(corners, fill=paper)
    return picture, draw


def brightness(picture: Image.Image) -> np.ndarray:
    soft = picture.filter(ImageFilter.GaussianBlur(1))
    noise = np.random.default_rng(0).normal(0, 2, (HEIGHT, WIDTH))
    return (np.asarray(soft) + noise).clip(0, 255).astype(np.float32)


def inside(corners: list[tuple[int, int]] = CORNERS) -> np.ndarray:
    return np.asarray(lying(0, 255, corners)[0]) > 0


@pytest.mark.parametrize("desk", [5, 40, 75, 105])
def test_all_around_the_sheet(desk: int) -> None:
    found = find_desk(brightness(lying(desk)[0]))
    assert found is not None
    assert found[~inside()].all()
    assert (found & inside()).sum() < 0.12 * inside().sum()  # the rim alone


def test_on_two_sides_of_the_picture() -> None:
    corners = [(0, 0), (560, 0), (570, 430), (0, 440)]
    found = find_desk(brightness(lying(30, corners=corners)[0]))
    assert found is not None
    assert found[~inside(corners)].all()
    assert not found[:400, :500].any()


def test_a_digit_over_the_edge_of_the_sheet_stays_on_it() -> None:
    picture, draw = lying(30)
    draw.line([(300, 200), (300, 470)], 60, 24)
    found = find_desk(brightness(picture))
    assert found is not None
    assert not found[200:400, 285:315].any()


@pytest.mark.parametrize("depth", [0.65, 0.4])
def test_a_shadow_is_none(depth: float) -> None:
    picture = Image.new("L", (WIDTH, HEIGHT), 220)
    ImageDraw.Draw(picture).polygon(
        [(0, 0), (500, 0), (200, 480), (0, 480)], int(220 * (1 - depth))
    )
    assert find_desk(brightness(picture)) is None


@pytest.mark.parametrize("shade", [95, 50])
def test_a_shadow_over_the_sheet_on_the_desk_is_none(shade: int) -> None:
    picture, draw = lying(5)
    draw.polygon([(60, 50), (300, 60), (300, 430), (40, 420)], fill=shade)
    found = find_desk(brightness(picture))
    assert found is not None
    assert not found[100:380, 100:300].any()


def test_a_stroke_along_the_border_is_none() -> None:
    picture = Image.new("L", (WIDTH, HEIGHT), 220)
    draw = ImageDraw.Draw(picture)
    draw.rectangle([0, 0, 70, 480], fill=20)  # a 1 at whose box the photo was cropped
    assert find_desk(brightness(picture)) is None


def test_a_light_digit_is_no_sheet() -> None:
    picture = Image.new("L", (WIDTH, HEIGHT), 30)
    ImageDraw.Draw(picture).ellipse([140, 40, 500, 440], outline=220, width=90)
    assert find_desk(brightness(picture)) is None


def test_a_light_stroke_is_no_sheet() -> None:
    picture = Image.new("L", (WIDTH, HEIGHT), 30)
    ImageDraw.Draw(picture).line([(330, 60), (300, 430)], 220, 90)
    assert find_desk(brightness(picture)) is None


def test_a_sheet_among_others_is_no_sheet_on_a_desk() -> None:
    picture, draw = lying(30, corners=[(60, 50), (400, 70), (380, 440), (40, 420)])
    draw.rectangle([450, 60, 610, 400], fill=220)
    assert find_desk(brightness(picture)) is None


def test_black_pictures_have_none() -> None:
    assert find_desk(np.zeros((HEIGHT, WIDTH), np.float32)) is None


@pytest.mark.parametrize("seed", range(5))
def test_the_hull_is_what_lies_between_any_two_points(seed: int) -> None:
    mask = np.random.default_rng(seed).random((12, 15)) < 0.08
    points = np.argwhere(mask)
    hull = hull_of(mask)
    for y in range(points[0, 0], points[-1, 0] + 1):
        between = [
            x0 if y1 == y0 else x0 + (y - y0) / (y1 - y0) * (x1 - x0)
            for y0, x0 in points
            for y1, x1 in points
            if y0 <= y <= y1 and (y0 != y1 or y0 == y)
        ]
        columns = np.flatnonzero(hull[y])
        assert columns[0] == np.floor(min(between))
        assert columns[-1] == np.ceil(max(between))
        assert len(columns) == columns[-1] - columns[0] + 1
    assert not hull[: points[0, 0]].any()
    assert not hull[points[-1, 0] + 1 :].any()


def test_faint_ink_that_hangs_on_the_desk_is_read_from_the_sheet() -> None:
    picture, draw = lying(20)
    draw.line([(200, 120), (330, 120), (260, 470)], 150, 26)
    picture.paste(20, mask=Image.fromarray(~inside()))  # it ends where the sheet ends
    pixels = np.repeat(brightness(picture)[..., None], 3, axis=2).astype(np.uint8)
    photo = Photo(pixels, WIDTH, HEIGHT, "image/png")
    (box,) = next(find_inks(photo)).pieces.boxes.tolist()
    assert box[0] == pytest.approx(200, abs=4)
    assert box[1] == pytest.approx(107, abs=6)
    assert 400 < box[3] < 440


def photo_of(gray: np.ndarray) -> Photo:
    pixels = np.repeat(gray[..., None], 3, axis=2).astype(np.uint8)
    return Photo(pixels, WIDTH, HEIGHT, "image/png")


def test_the_desk_leaves_no_ink_where_the_sheet_is_lit_from_one_side() -> None:
    picture, draw = lying(20)
    draw.line([(300, 200), (300, 300)], 60, 16)
    lamp = np.linspace(0.6, 1.15, WIDTH, dtype=np.float32)
    gray = np.round(brightness(picture) * lamp)
    ink = next(find_inks(photo_of(gray)))
    assert not ink.contrast[find_desk(gray)].any()


def test_a_broad_light_digit_is_offered_as_light_ink_too() -> None:
    picture = Image.new("L", (WIDTH, HEIGHT), 60)
    draw = ImageDraw.Draw(picture)
    draw.ellipse([160, 40, 480, 440], fill=170)
    draw.ellipse([290, 190, 350, 290], fill=60)
    grain = np.random.default_rng(1).integers(0, 2, (HEIGHT // 4, WIDTH // 4)) * 50
    light = np.asarray(picture) == 170
    gray = (np.asarray(picture) - light * np.kron(grain, np.ones((4, 4)))).astype(np.float32)
    assert find_desk(gray) is not None, "it looks like a sheet"
    dark, light_ink = find_inks(photo_of(gray))
    (box,) = light_ink.pieces.boxes.tolist()
    assert box == pytest.approx([160, 40, 481, 441], abs=8)
    assert dark.pieces.boxes.tolist() != [box]
