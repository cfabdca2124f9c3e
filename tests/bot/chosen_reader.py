"""A reader whose reading the photo itself says, so that these tests are about the bot alone.

What the real network reads in a drawn digit is not certain, and a test of a correction needs to
know what is corrected. The bytes still go through the product's own decoding first.
"""

import io
import threading
import time
from dataclasses import replace
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, PngImagePlugin

from model.reading import Digit, Reading
from model.vision import open_photo
from tests.patience import PATIENCE

WEIGHTS = "chosen"


@cache
def made_photo(
    digits: str = "7", confidence: float = 0.98, rows: int = 1, serial: int = 0, turned: int = 0
) -> bytes:
    """Return a PNG that says what is to be read in it; `serial` makes its bytes its own.

    "?7" is taken for no digit, and would be read as 7. `turned` are the quarter turns against the
    clock after which it is read, 88 % sure that they are right.
    """
    image = Image.new("L", (320, 240), 230)
    ImageDraw.Draw(image).text((20, 60), digits or "-", fill=20, font_size=80)
    told = PngImagePlugin.PngInfo()
    told.add_text("reading", f"{digits} {confidence} {rows} {serial} {turned}")
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=told)
    return file.getvalue()


class ChosenReader:
    """Reads what `made_photo` wrote; other pictures hold no digit."""

    weights = WEIGHTS

    def __init__(self, seconds: float = 0) -> None:
        self.seconds = seconds

    def read(self, data: bytes) -> Reading:
        photo = open_photo(data)
        time.sleep(self.seconds)
        with Image.open(io.BytesIO(data)) as image:
            told = image.info.get("reading", " 0 1 0 0")
        text, confidence, rows, _, turned = told.split(" ")
        if text.startswith("?"):
            missed = replace(chosen_digit(int(text[1]), 0.3, 0, 0), no_digit=0.7)
            return Reading((), photo.width, photo.height, photo.media_type, missed=missed)
        found = tuple(
            chosen_digit(int(digit), float(confidence), place, place * int(rows) // len(text))
            for place, digit in enumerate(text)
        )
        way = {"turned": int(turned), "way_up": 0.88} if int(turned) else {}
        return Reading(found, photo.width, photo.height, photo.media_type, **way)


class Halted(ChosenReader):
    """Stops in the midst of a photo until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = threading.Event(), threading.Event()

    def read(self, data: bytes) -> Reading:
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        return super().read(data)


def chosen_digit(digit: int, confidence: float, place: int, line: int) -> Digit:
    """Return a digit; the next best guess is always the next digit."""
    chances = np.full(10, 0.001, np.float32)
    chances[(digit + 1) % 10] = 1 - confidence - 0.008
    chances[digit] = confidence
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 9 + digit : 13 + digit] = 255
    box = (10 + 30 * place, 20, 36 + 30 * place, 60)
    return Digit(digit, confidence, box, line, pixels, chances, 0.01)
