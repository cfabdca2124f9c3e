"""Inks and grounds: what is hard about them stays visible to a person."""

import numpy as np
import pytest
from PIL import Image

from model.paper.pens import ALIKE, brightness, coloured_ink
from model.paper.scene import Color, Scene

CARDS = [(246, 232, 120), (186, 160, 124), (140, 220, 150), (220, 150, 210), (130, 180, 240)]


def ink_on(paper: Color, strength: float, seed: int) -> Scene:
    scene = Scene(np.random.default_rng(seed), 9, 9, Image.new("RGB", (9, 9)), paper)
    coloured_ink(scene, strength)
    return scene


def gap(scene: Scene) -> float:
    return abs(brightness(scene.paper) - brightness(scene.ink))


@pytest.mark.parametrize("paper", CARDS)
def test_strong_coloured_ink_shows_on_coloured_paper_by_its_hue_alone(paper: Color) -> None:
    for seed in range(20):
        scene = ink_on(paper, ALIKE, seed)
        assert gap(scene) < 3
        assert np.linalg.norm(np.subtract(scene.paper, scene.ink)) > 140
        apart = [np.array(each) - brightness(each) for each in (scene.paper, scene.ink)]
        assert apart[0] @ apart[1] <= 0  # more than a right angle between the hues


@pytest.mark.parametrize("paper", [(225, 221, 214), (196, 192, 180), (236, 226, 196)])
def test_on_white_and_cream_it_is_darker(paper: Color) -> None:
    for seed in range(20):
        scene = ink_on(paper, 1.0, seed)
        assert scene.paper == paper
        assert brightness(paper) - brightness(scene.ink) > 70


def test_weaker_ink_is_darker_on_any_paper_by_the_same_draws() -> None:
    for seed in range(20):
        weak, strong = (ink_on(CARDS[0], strength, seed) for strength in (0.69, 0.7))
        assert weak.paper == CARDS[0]
        assert brightness(weak.paper) - brightness(weak.ink) > 70
        assert weak.rng.random() == strong.rng.random()
