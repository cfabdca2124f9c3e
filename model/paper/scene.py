"""A photo in the making, and the register of conditions that change it.

Scenes pass six stages: the plan (colours, pen, tilt), the page (paper, ruling, ink), the view
(desk, fingers), the light, the lens and sensor, and the file. A condition is a function that
changes a scene in one of them, with a strength from 0 (hardly seen) to 1 (as hard as a person
still reads).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.float32]
Mask = NDArray[np.uint8]
Color = tuple[int, int, int]
Stage = Literal["plan", "page", "view", "light", "lens", "file"]

STAGES: tuple[Stage, ...] = ("plan", "page", "view", "light", "lens", "file")
Noise = Literal["soft", "coarse", "streak", "sensor"]
NOISES: tuple[Noise, ...] = ("soft", "coarse", "streak", "sensor")
TILE = 1024
"""Side of the noise that is drawn once; scenes cut theirs out of it."""


class UnknownCondition(ValueError):
    """A condition or layout that is not in the register."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A glyph on the page."""

    mask: Mask
    """H×W ink, turned as it stands on the page."""
    corner: tuple[int, int]
    """x, y of the mask's first pixel; may lie outside the page."""
    quad: Floats
    """4×2 corners of the ink before it was turned, on the page."""
    label: str
    """The digit, or "" for what is none."""
    row: int


@dataclass(eq=False)
class Scene:
    """What is known so far of a photo; the conditions change it in place."""

    rng: np.random.Generator
    width: int
    height: int
    page: Image.Image
    """RGB, the picture itself, at every stage."""
    paper: Color = (222, 220, 214)
    ink: Color = (38, 38, 44)
    opacity: float = 0.95
    """How much of the paper the ink covers."""
    pen: float | None = None
    """Width of strokes per height of the digits; None leaves the glyphs as they are."""
    grain: float = 0.0
    """Share of the ink that the paper's grain leaves out: pencil, chalk."""
    dryness: float = 0.0
    """Share of the stroke that a drying pen leaves white."""
    lightness: float = 0.0
    """How much paler a stroke may get on its way, as the hand presses less: 0..1."""
    pens: tuple[float, ...] = (1.0,)
    """How dark the ink of each row is, in turn."""
    tilt: float = 0.0
    """Degrees clockwise."""
    flat: bool = False
    """A screen or scan: no texture and no sensor noise of its own."""
    light: Floats = field(default_factory=lambda: np.ones((1, 1), np.float32))
    """H×W (or 1×1), what the page's brightness is multiplied with."""
    glare: Floats = field(default_factory=lambda: np.zeros((1, 1), np.float32))
    """H×W (or 1×1), 0..255, what is added."""
    lamp: tuple[float, float, float] = (1.0, 1.0, 1.0)
    placed: list[Placed] = field(default_factory=list)
    quads: Floats = field(default_factory=lambda: np.zeros((0, 4, 2), np.float32))
    """N×4×2 corners of the glyphs in the picture."""
    turns: int = 0
    """Quarter turns against the clock that make the picture upright."""
    orientation: int = 1
    """What the file's EXIF will say."""
    quality: int = 90
    """Of the JPEG."""

    @property
    def digit_height(self) -> float:
        """Pixels of the smallest digit's height in the picture (of the frame, without one)."""
        chosen = [i for i, one in enumerate(self.placed) if one.label] or range(len(self.placed))
        if len(self.quads) == 0:
            return self.height / 4
        sides = np.linalg.norm(self.quads[:, 3] - self.quads[:, 0], axis=1)
        return float(sides[list(chosen)].min())

    @property
    def boxes(self) -> Floats:
        """N×4 upright boxes around the glyphs: x0, y0, x1, y1."""
        return np.concatenate([self.quads.min(axis=1), self.quads.max(axis=1)], axis=1)

    def coordinates(self, step: int = 1) -> tuple[Floats, Floats]:
        """Return x (1×W) and y (H×1) of every `step`-th pixel."""
        x = np.arange(0, self.width, step, dtype=np.float32)
        y = np.arange(0, self.height, step, dtype=np.float32)
        return x[None, :], y[:, None]

    def paint(self, mask: Mask, color: Color, opacity: float = 1.0) -> None:
        """Lay a colour on the picture where the H×W mask says so."""
        alpha = Image.fromarray(mask)
        if opacity < 1:
            alpha = alpha.point([round(level * opacity) for level in range(256)])
        self.page.paste(color, (0, 0, self.width, self.height), alpha)

    def dim(self, shade: Floats) -> None:
        """Multiply the light with a field of any resolution."""
        self.light = self.light * self.enlarge(shade / max(1.0, float(shade.max()) / 1.06))

    def enlarge(self, shade: Floats) -> Floats:
        """Return a field at the picture's size."""
        if shade.shape == (self.height, self.width):
            return shade
        size = (self.width, self.height)
        return np.asarray(Image.fromarray(shade).resize(size, Image.Resampling.BILINEAR))

    def draw(self, low: float, high: float) -> float:
        """Draw a number evenly."""
        return float(self.rng.uniform(low, high))


@dataclass(frozen=True)
class Condition:
    """One thing that can be wrong with a photo."""

    stage: Stage
    change: Callable[[Scene, float], None]


CONDITIONS: dict[str, Condition] = {}
"""All conditions by name, in the order in which they are applied within their stage."""


def condition(stage: Stage) -> Callable[[Callable[[Scene, float], None]], Callable[..., None]]:
    """Enter a function into the register under its own name."""

    def enter(change: Callable[[Scene, float], None]) -> Callable[..., None]:
        CONDITIONS[change.__name__] = Condition(stage, change)
        return change

    return enter


def apply_conditions(scene: Scene, stage: Stage, chosen: Mapping[str, float]) -> None:
    """Apply the chosen conditions of one stage, each at its strength."""
    for name, each in CONDITIONS.items():
        if each.stage == stage and name in chosen:
            each.change(scene, chosen[name])


def check_conditions(chosen: Mapping[str, float]) -> None:
    """Raise `UnknownCondition` unless every name is known and every strength within 0..1."""
    for name, strength in chosen.items():
        if name not in CONDITIONS:
            known = ", ".join(CONDITIONS)
            raise UnknownCondition(f"There is no condition {name!r}; there are: {known}.")
        if not 0 <= strength <= 1:
            raise UnknownCondition(f"The strength of {name} is {strength}; give 0 to 1.")


@cache
def noise_tile(kind: Noise) -> NDArray[np.int8]:
    """Return noise of mean 0 and deviation 24, `TILE`×`TILE` and once more to each side.

    soft: fibres; coarse: patches; streak: lines along x; sensor: of three channels, each fine and
    patchy as phones leave it. Windows up to `TILE` wide are cut out at any place without a copy.
    """
    rng = np.random.default_rng(NOISES.index(kind) + 71)
    tile = rng.standard_normal((TILE, TILE), dtype=np.float32)
    if kind == "sensor":
        tile = np.stack([0.6 * tile + 0.5 * blur_round(tile, 0.8, k) for k in range(3)], axis=2)
    elif kind == "streak":
        for shift in (1, 2, 4, 8, 16, 32):
            tile = tile + np.roll(tile, shift, axis=1)
        tile = tile + np.roll(tile, 1, axis=0)
    else:
        tile = blur_round(tile, 0.8 if kind == "soft" else 3, 1)
    scaled = np.clip((tile - tile.mean()) * (24 / tile.std()), -127, 127).astype(np.int8)
    return np.tile(scaled, (2, 2, 1)[: scaled.ndim])


def blur_round(tile: Floats, radius: float, shift: int) -> Floats:
    """Return the tile blurred as if its edges met, of deviation 1, and rolled by `shift` × 101."""
    around = Image.fromarray(np.pad(tile, 16, mode="wrap") * 40 + 128).convert("L")
    blurred = np.asarray(around.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32)
    blurred = np.roll(blurred[16:-16, 16:-16], shift * 101, axis=(0, 1))
    return np.asarray((blurred - blurred.mean()) / blurred.std())


def cut_noise(
    kind: Noise, height: int, width: int, rng: np.random.Generator, deviation: float = 1.0
) -> Floats:
    """Return height×width of the noise tile (×3 for "sensor"), from a random place, mirrored."""
    tile = noise_tile(kind)
    tile = tile[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]
    y, x = rng.integers(0, TILE, 2).tolist()
    if max(height, width) > TILE:
        rows, columns = np.arange(y, y + height) % TILE, np.arange(x, x + width) % TILE
        part = tile[rows[:, None], columns]
    else:
        part = tile[y : y + height, x : x + width]
    return np.asarray(part * np.float32(deviation / 24))


def clouds(height: int, width: int, rng: np.random.Generator, octaves: int = 4) -> Floats:
    """Return fractal noise, height×width, about -1..1: patches of every size."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = 2 ** (octave + 1) + 1
        knots = rng.standard_normal((cells, cells), dtype=np.float32) * 0.55 / 1.8**octave
        total += np.asarray(
            Image.fromarray(knots).resize((width, height), Image.Resampling.BICUBIC)
        )
    return total


def random_color(
    rng: np.random.Generator, saturation: tuple[float, float], value: tuple[float, float]
) -> Color:
    """Draw a colour of any hue; saturation and value as ranges within 0..1."""
    hue = rng.uniform(0, 6)
    ramp = np.clip(np.abs((hue - np.array([3, 2, 4])) % 6 - 3) - 1, 0, 1)
    strength = rng.uniform(*saturation)
    levels = 255 * rng.uniform(*value) * (1 - strength * ramp)
    red, green, blue = (int(level) for level in levels)
    return red, green, blue
