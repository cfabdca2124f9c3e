"""What a photo is read as: its digits, where they stand, and how sure each is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Box = tuple[int, int, int, int]


TURNS = {1: "turned left by 90°", 2: "turned by 180°", 3: "turned right by 90°"}
"""What quarter turns against the clock are called."""


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit read in a photo."""

    digit: int
    confidence: float
    """0..1; the chance that `digit` is right."""
    box: Box
    """x0, y0, x1, y1 in pixels of the upright photo; x1 and y1 are just outside."""
    line: int
    """The line of writing it stands in, from 0 at the top."""
    pixels: NDArray[np.uint8]
    """28x28 uint8, what the network saw: ink 255 on ground 0."""
    probabilities: Array
    """10 float32, which sum to one."""
    no_digit: float
    """0..1; the chance that this is no digit at all."""


@dataclass(frozen=True, eq=False)
class Reading:
    """All digits of a photo, in reading order: rows from the top, in each from the left."""

    digits: tuple[Digit, ...]
    width: int
    """Of the upright photo, in pixels."""
    height: int
    media_type: str
    """Such as image/jpeg, from the file's content."""
    turned: int = 0
    """Quarter turns against the clock after which it was read: 0 as its EXIF says."""
    way_up: float | None = None
    """0..1; the chance that `turned` is right, by how strongly the photo reads that way and the
    other ways, see `model.attempts.chances_of_ways`. None where enough was read as it came: no
    other way was tried."""
    missed: Digit | None = None
    """Where no digit was read: what comes nearest to one. Its sender may say what it is."""

    @property
    def text(self) -> str:
        """The digits as one string, empty where none was found."""
        return "".join(str(digit.digit) for digit in self.digits)

    @property
    def turn(self) -> str:
        """How it was turned to be read and how sure that is, in words; "" where it was not."""
        if not self.turned:
            return ""
        sure = "" if self.way_up is None else f", {min(99, round(100 * self.way_up))} % sure"
        return f"{TURNS[self.turned]}{sure}"
