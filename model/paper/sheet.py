"""The paper-maker: glyphs put on paper that looks photographed, with the truth beside it.

It serves training (the reader learns from what it makes of such pictures) and the tests of each
hard condition. Glyphs are ink masks of any size: MNIST's 28×28, or our own `strokes`.

    place the glyphs -> print the page -> write -> lay it before the camera -> light -> lens -> file
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.paper import camera, pens, stationery, view
from model.paper.placing import LAYOUTS, choose_layout, place_glyphs
from model.paper.scene import (
    CONDITIONS,
    Scene,
    UnknownCondition,
    apply_conditions,
    check_conditions,
)

__all__ = [
    "CONDITIONS",
    "LAYOUTS",
    "Sheet",
    "UnknownCondition",
    "make_sheet",
    "random_conditions",
]
_REGISTERED = (camera, pens, stationery, view)  # importing them enters their conditions

LABELS = frozenset(["", *"0123456789"])
INKS = ((28, 28, 32), (38, 38, 44), (24, 34, 96), (40, 52, 130), (20, 24, 60), (60, 60, 62))


@dataclass(frozen=True, eq=False)
class Sheet:
    """A made photo and what is written on it."""

    image: Image.Image
    """RGB, before the JPEG, as one sees it once the file's EXIF orientation is obeyed."""
    jpeg: bytes
    """The file, with its EXIF orientation."""
    text: str
    """The digits in reading order, without anything between."""
    rows: list[str]
    """The digits of each row that has any."""
    labels: list[str]
    """Of each glyph: a digit, or "" for what is none."""
    boxes: NDArray[np.float32]
    """N×4, x0, y0, x1, y1 of each glyph's ink in `image`, in pixels."""
    turns: int
    """Quarter turns against the clock that make the writing upright."""
    conditions: dict[str, float]
    """What was done to it."""
    layout: str
    """One of `LAYOUTS`; "" where nothing was placed."""


def make_sheet(
    glyphs: Sequence[NDArray[np.uint8]],
    labels: Sequence[str],
    rng: np.random.Generator,
    conditions: Mapping[str, float] | None = None,
    layout: str | None = None,
    size: tuple[int, int] = (900, 700),
) -> Sheet:
    """Put glyphs, uint8 H×W with ink 255 on 0, on paper in reading order and photograph it.

    A label is a digit, or "" for a glyph that is none: such a glyph keeps its empty rows, which
    say where it stands on the line. `conditions` are names of `CONDITIONS` with strengths 0..1;
    `layout` is one of `LAYOUTS`, drawn by lot when None; `size` is the page's, in pixels.
    The same generator state gives the same sheet. Raises `UnknownCondition` for a wrong name, and
    `ValueError` for a glyph without ink or labels that do not fit.
    """
    chosen = dict(conditions or {})
    check_conditions(chosen)
    if len(glyphs) != len(labels) or any(label not in LABELS for label in labels):
        raise ValueError('Each glyph needs one label: a digit, or "" for what is none.')
    scene = Scene(rng, *size, Image.new("RGB", size))
    tint = rng.normal(0, 3)  # the camera's white balance: towards yellow or towards blue
    level, green = rng.uniform(185, 240), rng.uniform(-2, 2)
    scene.paper = (int(level + tint), int(level + tint / 3 + green), int(level - tint))
    scene.ink = INKS[int(rng.integers(len(INKS)))]
    apply_conditions(scene, "plan", chosen)
    layout = layout or choose_layout(len(glyphs), rng)
    rows = place_glyphs(scene, glyphs, labels, layout)
    scene.page = Image.new("RGB", size, scene.paper)
    apply_conditions(scene, "page", chosen)
    pens.lay_ink(scene)
    return finish(scene, chosen, rows, list(labels), layout if glyphs else "")


def finish(
    scene: Scene, chosen: dict[str, float], rows: list[str], labels: list[str], layout: str = ""
) -> Sheet:
    """Take the photo of a finished page and return it with what is written there."""
    apply_conditions(scene, "view", chosen)
    apply_conditions(scene, "light", chosen)
    camera.expose(scene)
    apply_conditions(scene, "lens", chosen)
    if not scene.flat and "noise" not in chosen:
        camera.noise(scene, 0.05)
    apply_conditions(scene, "file", chosen)
    return Sheet(
        scene.page, camera.encode(scene), "".join(rows), rows, labels, scene.boxes, scene.turns,
        chosen, layout,
    )  # fmt: skip


# Groups of which at most one holds: the chance that any does, and the share of each.
ONE_OF: tuple[tuple[float, dict[str, float]], ...] = (
    (0.2, {"chalkboard": 3, "tablet": 4, "negative": 3}),
    (0.75, {"thin_pen": 6, "felt_pen": 2, "faint_pencil": 3}),
    (0.3, {"ruled": 4, "squared": 4, "dotted": 2}),
    (0.22, {"form_boxes": 1, "underline": 1}),
    (0.3, {"desk": 3, "paper_edge": 4, "perspective": 4}),
    (0.25, {"focus_blur": 3, "motion_blur": 2}),
    (0.12, {"thumbnail": 1, "crop": 2, "padding": 1}),
)
# Each for itself, with its chance.
ALONE: dict[str, float] = {
    "coloured_paper": 0.2, "coloured_ink": 0.25, "dry_pen": 0.15, "pressure": 0.3,
    "two_pens": 0.15, "tilt": 0.35, "texture": 0.5,
    "blotches": 0.12, "show_through": 0.08, "dirt": 0.12, "print_elsewhere": 0.05, "holes": 0.05,
    "crease": 0.07, "fingers": 0.06, "uneven_light": 0.4, "vignette": 0.35, "shadow": 0.15,
    "glare": 0.1, "yellow_lamp": 0.2, "underexposed": 0.25, "noise": 0.4, "exif": 0.08,
    "jpeg": 0.5,
}  # fmt: skip
# What is left out beside another condition: it would take away what a person needs to read, or
# cannot be (a screenshot knows neither lamp nor lens).
ON_BOARDS = {"faint_pencil", "glare", "show_through", "holes", "coloured_paper", "dry_pen"}
ON_SCREENS = {"tablet", "thin_pen", "felt_pen", "squared", "form_boxes", "jpeg", "tilt"}
BARRED: dict[str, set[str]] = {
    "chalkboard": ON_BOARDS | {"coloured_ink"},
    "negative": ON_BOARDS,
    "tablet": set(CONDITIONS) - ON_SCREENS - {"thumbnail", "crop", "padding"},
    "faint_pencil": {
        "coloured_ink", "dry_pen", "glare", "focus_blur", "motion_blur", "underexposed",
        "two_pens",
    },
}  # fmt: skip
PENCIL_BEARS = 0.3
"""How strong `texture`, `noise`, `vignette` and `uneven_light` may be beside a faint pencil."""


def random_conditions(rng: np.random.Generator, hardness: float = 1.0) -> dict[str, float]:
    """Draw conditions as photos have them together, mostly mild; `hardness` 0..1 tames them all.

    Turned pixels (`sideways`, `upside_down`) are never among them: ask for them by name.
    """
    chosen = [name for name, chance in ALONE.items() if rng.random() < chance]
    for chance, shares in ONE_OF:
        if rng.random() < chance:
            weights = np.array(list(shares.values()))
            chosen.append(str(rng.choice(list(shares), p=weights / weights.sum())))
    for name, barred in BARRED.items():
        if name in chosen:
            chosen = [other for other in chosen if other not in barred]
    strengths = {name: float(rng.beta(1.2, 1.8)) * hardness for name in chosen}
    if "faint_pencil" in strengths:
        for name in strengths.keys() & {"texture", "noise", "vignette", "uneven_light"}:
            strengths[name] = min(strengths[name], PENCIL_BEARS)
    harsh = sorted(strengths, key=lambda name: -strengths[name])
    for name in harsh[3:]:  # three strong ones are enough for one photo
        strengths[name] *= 0.6
    return strengths
