"""Distorted copies of training images: turned, sheared, sized, moved, bent, thinner and thicker.

Nobody writes a digit twice in the same way, and a network that has seen each of its 60,000 images
in a new form every time learns what stays the same (Simard, Steinkraus and Platt 2003).

A warp says for each of the 784 pixels of the copy where in the image its value comes from. Smooth
warps are sums of few smooth ones, so a warp is a short vector of coefficients: [1, x, y] give every
affine map, and a grid of round bumps bends the rest. One matrix product makes the fields of a whole
batch from it. Images lie enlarged three times in a bank, so that fetching the nearest value is as
good as interpolating; a small group of images shares one warp. That makes a copy cost a few
microseconds.

All that is random is drawn for a whole epoch at once and kept in a `Plan`: the copies are then the
same whichever thread makes them, in whatever order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.dataset import SIDE, Dataset
from model.network import Array

ZOOM = 3
"""The bank's enlargement; odd, so that an undistorted copy is the very image."""
BUMPS = 6
"""Bumps on each side of the grid that bends."""
SIGMA = 5.0
"""Their width in pixels: Simard et al. found 4 best for 29 x 29, Ciresan et al. used 5 to 6."""


@dataclass(frozen=True)
class Distortion:
    """How far copies may go; each warp draws evenly from plus to minus this (bends: normally)."""

    rotation: float = 0.0
    """Degrees."""
    shear: float = 0.0
    """Pixels sideways a pixel of height: what makes writing slant."""
    scale: float = 0.0
    """Of width and height, each for itself: 0.1 is 10 % larger or smaller."""
    shift: float = 0.0
    """Pixels, sideways and up or down."""
    bend: float = 0.0
    """Standard deviation of the elastic displacement, in pixels."""
    thickness: float = 0.0
    """Pixels by which strokes grow or shrink."""
    altered: float = 0.25
    """The share of groups whose thickness changes at all."""

    def scaled(self, part: float) -> Distortion:
        """The same kind of distortion, going a part as far."""
        return replace(
            self,
            **{
                name: getattr(self, name) * part
                for name in ("rotation", "shear", "scale", "shift", "bend", "thickness")
            },
        )


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything random of one epoch: which images in which order, each group's warp."""

    images: Array
    """groups x group indices into the bank"""
    warps: Array
    """groups x 2 (x, y) x coefficients, float32"""
    widths: Array
    """groups: sub-pixels by which strokes grow (> 0) or shrink (< 0)"""

    def __len__(self) -> int:
        return len(self.images)

    def part(self, groups: slice) -> Plan:
        """A run of groups."""
        return Plan(self.images[groups], self.warps[groups], self.widths[groups])


class Bank:
    """The images of several data sets, enlarged, each with its own distortion and share."""

    def __init__(
        self, sources: Sequence[tuple[Dataset, Distortion, float]], group: int = 8
    ) -> None:
        """`sources`: (data, how far its copies go, its images an epoch as a part of the first's).

        The first source is gone through once an epoch; a share of 0.25 adds a quarter of that
        many images of another, taken in turn, over and over where it has fewer.
        """
        self.sources = sources
        self.group = group
        still = all(distortion == Distortion() for _, distortion, _ in sources)
        self.zoom = 1 if still else ZOOM
        self.wide = SIDE * self.zoom
        self.pixels = np.concatenate(
            [enlarge(data.images, self.zoom) for data, _, _ in sources]
        ).reshape(-1)
        self.labels = np.concatenate([data.labels for data, _, _ in sources])
        self.basis = warp_basis()

    def plan(self, rng: np.random.Generator, strength: float = 1.0) -> Plan:
        """Draw one epoch: groups of one source each, all in random order.

        `strength` is the part of every distortion that is left.
        """
        images, warps, widths = [], [], []
        first, start = len(self.sources[0][0]), 0
        for data, full, share in self.sources:
            distortion = full.scaled(strength)
            wanted = max(1, round(first * share / self.group))
            chosen = start + draw_evenly(len(data), wanted * self.group, rng)
            images.append(chosen.reshape(wanted, self.group))
            warps.append(draw_warps(wanted, distortion, rng))
            widths.append(draw_widths(wanted, distortion, rng))
            start += len(data)
        order = rng.permutation(sum(map(len, images)))
        return Plan(
            np.concatenate(images)[order],
            np.concatenate(warps)[order],
            np.concatenate(widths)[order],
        )

    def copy(self, plan: Plan, out: Array) -> None:
        """Fill `out`, (groups * group) x 784 float32 in 0..1, with the plan's distorted copies."""
        index = (
            self.positions(plan.warps)[:, np.newaxis] + plan.images[..., np.newaxis] * self.wide**2
        )
        values = self.pixels.take(index, mode="clip")  # groups x group x 784 uint8
        altered = np.flatnonzero(plan.widths)
        if len(altered):
            values[altered] = self._thickened(index[altered], plan.widths[altered])
        np.multiply(values.reshape(out.shape), np.float32(1 / 255), out=out)

    def positions(self, warps: Array) -> Array:
        """Where each pixel's value comes from: groups x 784 places within an enlarged image."""
        field = warps.reshape(-1, warps.shape[-1]) @ self.basis  # 2 groups x 784, pixels
        field *= self.zoom
        field += self.wide / 2  # from the centre of the image, in sub-pixels
        np.clip(field, 0, self.wide - 1, out=field)
        np.floor(field, out=field)
        x, y = field[0::2], field[1::2]
        y *= self.wide
        y += x
        return y.astype(np.intp)

    def _thickened(self, index: Array, widths: Array) -> Array:
        """The most ink under a small square pen; for shrinking strokes, under one of ground."""
        flip = np.where(widths < 0, 255, 0).astype(np.uint8)[:, np.newaxis, np.newaxis]
        reach = np.abs(widths)[:, np.newaxis, np.newaxis]
        start = index - reach // 2 * (self.wide + 1)
        most = self.pixels.take(start, mode="clip") ^ flip
        for corner in (1, self.wide, self.wide + 1):
            np.maximum(most, self.pixels.take(start + reach * corner, mode="clip") ^ flip, out=most)
        return np.asarray(most ^ flip)


def distorted(data: Dataset, distortion: Distortion, times: int) -> Dataset:
    """Return so many distorted copies of each image; the same for the same data."""
    bank = Bank([(data, distortion, float(times))])
    plan = bank.plan(np.random.default_rng(0))
    copies = np.empty((len(plan) * bank.group, SIDE * SIDE), np.float32)
    bank.copy(plan, copies)
    images = (copies.reshape(-1, SIDE, SIDE) * 255).round().astype(np.uint8)
    return Dataset(images, bank.labels[plan.images.ravel()], None, data.classes, data.source)


def enlarge(images: Array, zoom: int) -> Array:
    """N x 28 x 28 to N x 84 x 84 uint8 for a zoom of 3, by cubic interpolation (Keys 1981)."""
    if zoom == 1:
        return images
    wide = SIDE * zoom
    at = (np.arange(wide) + 0.5) / zoom - 0.5  # where the sub-pixels lie, in pixels
    t = np.abs(at[:, np.newaxis] - np.arange(SIDE))
    near = (1.5 * t - 2.5) * t * t + 1
    far = ((-0.5 * t + 2.5) * t - 4) * t + 2
    U = np.where(t < 1, near, np.where(t < 2, far, 0)).astype(np.float32)  # 84 x 28
    out = np.empty((len(images), wide, wide), np.uint8)
    for start in range(0, len(images), 1000):  # bounds the float32 copies to some 30 MB
        part = images[start : start + 1000].astype(np.float32)
        large = U @ (part @ U.T)
        out[start : start + 1000] = np.clip(np.rint(large), 0, 255)
    return out


def warp_basis() -> Array:
    """coefficients x 784: the fields 1, x, y (from the centre) and the bumps, row by row."""
    line = np.arange(SIDE) - (SIDE - 1) / 2
    y, x = (part.ravel() for part in np.meshgrid(line, line, indexing="ij"))
    centres = np.linspace(line[0], line[-1], BUMPS)
    hill = np.exp(-((line - centres[:, np.newaxis]) ** 2) / (2 * SIGMA**2))  # BUMPS x 28
    bumps = np.einsum("iy,jx->ijyx", hill, hill).reshape(BUMPS * BUMPS, -1)
    bumps /= np.sqrt((bumps**2).sum(axis=0).mean())  # a standard deviation of 1 on average
    return np.vstack([np.ones_like(x), x, y, bumps]).astype(np.float32)


def draw_warps(count: int, distortion: Distortion, rng: np.random.Generator) -> Array:
    """count x 2 x coefficients: for each place in the copy, where in the image it comes from."""
    angle, shear, wide, high, right, down = rng.uniform(-1, 1, (6, count))
    angle *= np.radians(distortion.rotation)
    shear *= distortion.shear
    wide, high = (np.exp(-part * np.log1p(distortion.scale)) for part in (wide, high))
    warps = np.empty((count, 2, 3 + BUMPS * BUMPS), np.float32)
    warps[:, 0, :3] = np.stack(
        [
            right * distortion.shift,
            wide * (np.cos(angle) + shear * np.sin(angle)),
            wide * (shear * np.cos(angle) - np.sin(angle)),
        ],
        axis=1,
    )
    warps[:, 1, :3] = np.stack(
        [down * distortion.shift, high * np.sin(angle), high * np.cos(angle)], axis=1
    )
    warps[:, :, 3:] = rng.standard_normal((count, 2, BUMPS * BUMPS)) * distortion.bend
    return warps


def draw_widths(count: int, distortion: Distortion, rng: np.random.Generator) -> Array:
    """count whole sub-pixels; most are 0, see `Distortion.altered`."""
    widths = np.rint(rng.uniform(-1, 1, count) * distortion.thickness * ZOOM)
    return np.where(rng.uniform(size=count) < distortion.altered, widths, 0).astype(np.intp)


def draw_evenly(size: int, wanted: int, rng: np.random.Generator) -> Array:
    """`wanted` indices below `size`: all once before any comes twice."""
    rounds = [rng.permutation(size) for _ in range(-(-wanted // size))]
    return np.concatenate(rounds)[:wanted]
