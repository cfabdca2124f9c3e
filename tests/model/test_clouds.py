import numpy as np
import pytest

from model.clouds import remove_clouds
from model.ink import find_pieces


def test_a_broad_stroke_among_broad_ones_stays() -> None:
    contrast = np.zeros((480, 640), np.float32)
    contrast[100:300, 100:160] = 0.6  # a felt pen
    contrast[100:300, 300:360] = 0.35
    bare = remove_clouds(contrast, find_pieces(contrast))
    assert bare == pytest.approx(contrast)


def test_without_a_cloud_it_is_the_same_picture() -> None:
    contrast = np.zeros((480, 640), np.float32)
    contrast[100:300, 100:110] = 0.6
    assert remove_clouds(contrast, find_pieces(contrast)) is contrast
