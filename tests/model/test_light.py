"""Whatever the lamp, the shadow and the paper: paper is 0 and ink is not."""

import numpy as np
import pytest

from model.light import darkness_of_ink, even_light, fit_lamp, to_gray

HEIGHT, WIDTH = 240, 320


def paper_with_ink(light: np.ndarray, share: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """A ring of ink that takes all light but `share` away, and where it is."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    radius = np.hypot(y - 120, x - 160)
    ink = (radius > 50) & (radius < 60)
    return np.where(ink, light * share, light).astype(np.float32), ink


def lights() -> dict[str, np.ndarray]:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return {
        "even": np.full((HEIGHT, WIDTH), 200.0),
        "from the left": 80 + 120 * x / WIDTH,
        "vignette": 220 * np.exp(-(((y - 120) / 200) ** 2) - ((x - 160) / 260) ** 2),
        "hard shadow": np.where(x + 0.3 * y < 190, 220.0, 110.0),
    }


@pytest.mark.parametrize("name", lights())
def test_ink_stands_out_the_same_in_any_light(name: str) -> None:
    gray, ink = paper_with_ink(lights()[name])
    contrast = even_light(gray, dark_ink=True)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    at_edge = np.abs(x + 0.3 * y - 190) < 8 if name == "hard shadow" else np.zeros_like(ink)
    assert np.quantile(contrast[~ink & ~at_edge], 0.99) < 0.12
    assert np.quantile(contrast[ink & ~at_edge], 0.05) > 0.4


def test_light_ink_is_measured_on_the_inverted_picture() -> None:
    gray, ink = paper_with_ink(np.full((HEIGHT, WIDTH), 200.0))
    contrast = even_light(255 - gray, dark_ink=False)
    assert contrast[ink].min() > 0.4
    assert contrast[~ink].max() < 0.05


@pytest.mark.parametrize("name", lights())
def test_dark_and_light_ink_are_told_apart(name: str) -> None:
    gray, _ = paper_with_ink(lights()[name])
    assert darkness_of_ink(gray) > 0.5 > darkness_of_ink(255 - gray)


def test_the_ink_is_dark_though_the_lamp_stands_out_more() -> None:
    y, x = np.mgrid[: 2 * HEIGHT, : 2 * WIDTH]
    light = 90 + 130 * np.exp(-(((y - 240) / 200) ** 2) - ((x - 400) / 260) ** 2)
    radius = np.hypot((y % 80 - 40) / 1.4, x % 40 - 20)
    pencil = np.where((radius > 9) & (radius < 12), 0.8 * light, light)  # rows of 0
    assert darkness_of_ink(pencil.astype(np.float32)) > 0.55


def test_a_shadow_at_the_border_counts_as_ground_with_what_is_written_in_it() -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    light = np.where(y - 0.5 * x > 60, 90.0, 220.0)  # a wedge in the lower left corner
    gray, ink = paper_with_ink(light)
    contrast = even_light(gray, dark_ink=True)
    near_edge = np.abs(y - 0.5 * x - 60) < 10
    assert np.mean(contrast[~ink & ~near_edge] > 0.1) < 0.02  # the thin end of the wedge stays
    assert contrast[ink & ~near_edge].min() > 0.4


def test_red_ink_on_green_paper_of_the_same_brightness_is_seen() -> None:
    pixels = np.full((HEIGHT, WIDTH, 3), (90, 150, 90), np.uint8)
    red = (222, 80, 100)  # 0.299 r + 0.587 g + 0.114 b is the green's
    pixels[100:140, 100:220] = red
    plain = pixels @ np.array([0.299, 0.587, 0.114])
    assert abs(plain[120, 150] - plain[10, 10]) < 5
    gray = to_gray(pixels)
    assert abs(gray[120, 150] - gray[10, 10]) > 100


def test_black_ink_keeps_its_plain_brightness() -> None:
    pixels = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    pixels[100:140, 100:220] = 40
    assert set(np.unique(to_gray(pixels))) == {40, 200}


def test_the_lamp_is_a_smooth_fall_whatever_is_written() -> None:
    light = lights()["from the left"][::4, ::4].astype(np.float32)
    written = light.copy()
    written[20:40, 30:34] *= 0.3
    assert np.abs(fit_lamp(written) / light - 1).max() < 0.1


def test_the_middle_of_a_thick_stroke_stays_ink() -> None:
    page = np.full((400, 400), 220, np.float32)
    page[60:340, 150:238] = 40  # 22 % of the side: a felt pen's 1 that fills the frame
    assert even_light(page, True)[100:300, 160:228].min() > 0.5
