"""Contrast to pieces of ink."""

import numpy as np
import pytest

from model.ink import find_pieces, ink_threshold


def test_faint_pencil_beside_a_black_pen_is_found_whole() -> None:
    contrast = np.random.default_rng(2).normal(0.01, 0.005, (200, 300)).clip(0).astype(np.float32)
    contrast[50:150, 50:60] = 0.8
    contrast[50:150, 200:206] = 0.12
    pieces = find_pieces(contrast)
    assert len(pieces) == 2
    assert pieces.boxes.tolist() == [[50, 50, 60, 150], [200, 50, 206, 150]]
    assert pieces.strengths == pytest.approx([0.8, 0.12], abs=0.02)


def test_noise_and_specks_are_no_ink() -> None:
    contrast = np.random.default_rng(3).normal(0.02, 0.01, (200, 300)).clip(0).astype(np.float32)
    contrast[20, 20] = 0.9
    assert len(find_pieces(contrast)) == 0


def test_the_threshold_follows_the_noise_of_the_paper() -> None:
    quiet = np.abs(np.random.default_rng(4).normal(0, 0.002, (90, 90))).astype(np.float32)
    loud = np.abs(np.random.default_rng(4).normal(0, 0.03, (90, 90))).astype(np.float32)
    loud[40:50, 40:50] = quiet[40:50, 40:50] = 0.9
    assert ink_threshold(quiet) < 0.06 < ink_threshold(loud)


def test_a_long_faint_stroke_is_ink_and_a_faint_cloud_is_not() -> None:
    contrast = np.random.default_rng(5).normal(0.01, 0.002, (480, 640)).clip(0).astype(np.float32)
    contrast[100:180, 200:203] = 0.07  # a pencil's 1: 1.5 times the threshold
    contrast[250:350, 400:500] = 0.07  # the lamp
    contrast[50:60, 50:53] = 0.07  # a fibre of the paper
    assert find_pieces(contrast).boxes.tolist() == [[200, 100, 203, 180]]


def cloud_and_stroke() -> np.ndarray:
    contrast = np.random.default_rng(6).normal(0.01, 0.002, (480, 640)).clip(0).astype(np.float32)
    contrast[100:260, 100:300] = 0.15  # the rim of a glare
    contrast[150:230, 290:330] = 0.6  # a digit at its edge
    return contrast


def test_a_digit_stands_free_of_the_cloud_it_touches() -> None:
    boxes = find_pieces(cloud_and_stroke()).boxes
    assert boxes.tolist() == [[290, 150, 330, 230]]


def test_a_stroke_blurred_by_motion_stays_whole() -> None:
    contrast = np.random.default_rng(7).normal(0.01, 0.002, (480, 640)).clip(0).astype(np.float32)
    contrast[100:110, 200:260] = 0.9  # along the motion
    contrast[110:220, 200:230] = 0.3  # across it: three times wider and fainter
    assert find_pieces(contrast).boxes.tolist() == [[200, 100, 260, 220]]


def test_where_the_pen_presses_less_the_ink_is_weaker_there() -> None:
    contrast = np.random.default_rng(8).normal(0.01, 0.002, (480, 640)).clip(0).astype(np.float32)
    contrast[100:110, 200:300] = 0.7
    contrast[110:220, 200:206] = 0.35
    pressed = find_pieces(contrast).pressed
    assert pressed[105, 250] == pytest.approx(0.7, abs=0.02)
    assert pressed[200, 203] == pytest.approx(0.35, abs=0.02)
    assert pressed[200, 300] == 0


def test_what_may_be_the_papers_texture_makes_no_weak_ink() -> None:
    contrast = np.random.default_rng(9).normal(0.03, 0.004, (480, 640)).clip(0).astype(np.float32)
    contrast[100:220, 200:210] = 0.12
    pressed = find_pieces(contrast).pressed
    assert pressed.max() == pytest.approx(4 * ink_threshold(contrast), abs=0.02)


def test_noise_is_measured_on_the_paper_not_on_a_desk_that_has_none() -> None:
    contrast = np.zeros((400, 600), np.float32)
    paper = np.random.default_rng(4).normal(0.06, 0.02, (280, 400)).clip(0)
    contrast[60:340, 100:500] = paper  # half of the picture
    contrast[100:300, 200:210] = contrast[100:300, 300:310] = 0.7
    assert ink_threshold(contrast) == pytest.approx(0.06 + 5 * 0.02, abs=0.02)
