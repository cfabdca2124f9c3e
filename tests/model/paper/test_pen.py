"""A hand's habits."""

import numpy as np

from model.paper.pen import Hand, draw_strokes
from model.regions import label_regions

CURVE = [np.array([[0.0, 0.0], [0.5, 0.1], [0.6, 0.6], [0.1, 1.0]])]
STEADY = {"width": 0.06, "pressure": 0.0, "taper": 0.0, "jitter": 0.0, "tremor": 0.0}


def parts(hand: Hand, seed: int) -> int:
    glyph, _ = draw_strokes(CURVE, np.random.default_rng(seed), hand)
    return label_regions(glyph > 127)[1]


def test_a_hand_that_lifts_the_pen_leaves_a_gap_in_some_strokes() -> None:
    assert {parts(Hand(**STEADY), seed) for seed in range(12)} == {1}
    assert {parts(Hand(**STEADY, lifts=0.5), seed) for seed in range(12)} == {1, 2}


def test_an_angular_hand_goes_straight_from_point_to_point() -> None:
    rng = np.random.default_rng(0)
    straight, _ = draw_strokes(CURVE, rng, Hand(**STEADY, angular=True))
    smooth, _ = draw_strokes(CURVE, rng, Hand(**STEADY))
    assert straight.shape[1] < smooth.shape[1]  # the curve bulges beyond its points
