"""The walk of the pixels: what is done between light and ink."""

import numpy as np

from model.tones import contrasts_of_two_tones
from model.vision import Photo, find_broad_inks, find_ink, find_inks, find_lines_of_glyphs


def test_what_is_broader_than_the_strokes_is_no_ink() -> None:
    contrast = np.random.default_rng(1).normal(0.01, 0.003, (480, 640)).clip(0).astype(np.float32)
    contrast[100:220, 400:410] = 0.9
    contrast[100:220, 200:210] = 0.3
    contrast[150:400, 205:400] += 0.12  # where the light of a lamp ends
    boxes = find_ink(contrast).pieces.boxes.tolist()
    assert boxes == [[200, 100, 210, 220], [400, 100, 410, 220]]


def test_a_pale_part_of_a_stroke_is_seen_as_dark_as_the_rest() -> None:
    contrast = np.zeros((480, 640), np.float32)
    contrast[100:110, 200:300] = 0.7
    contrast[110:300, 200:208] = 0.3
    (line,) = find_lines_of_glyphs(find_ink(contrast))
    assert line.glyphs[0][20, :].max() > 200


def test_what_the_contrast_was_before_it_was_cleaned_is_kept() -> None:
    contrast = np.zeros((480, 640), np.float32)
    contrast[100:220, 200:210] = 0.5
    contrast[150:400, 205:400] += 0.12  # where the light of a lamp ends
    ink = find_ink(contrast)
    assert ink.raw is contrast
    assert not np.array_equal(ink.contrast, contrast)
    turned = ink.turned(3)
    assert turned.raw is not None
    assert (turned.raw == np.rot90(contrast, 3)).all()


def test_ink_says_if_it_is_one_of_two_tones() -> None:
    pixels = np.full((480, 640, 3), 220, np.uint8)
    pixels[60:420, 250:400] = 30
    photo = Photo(pixels, 640, 480, "image/png")
    assert contrasts_of_two_tones(pixels[:, :, 0].astype(np.float32))
    assert [ink.two_tones for ink in find_inks(photo)] == [False]
    broad = list(find_broad_inks(photo))
    assert broad
    assert all(ink.two_tones for ink in broad)
    assert broad[0].turned(1).two_tones
