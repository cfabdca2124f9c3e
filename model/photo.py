"""From the bytes of a photo to an upright picture that the reader can work on."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 120_000_000
"""More than any phone's camera takes; checked before anything is decoded."""

WORKING_SIDE = 640
"""The longer side, in pixels, of the picture that is read: half of what Telegram sends, which a
JPEG decodes to at once, and enough for small digits to keep their strokes."""

SMALLEST_SIDE = 320
"""Smaller pictures are enlarged to this, so that a stroke is always several pixels wide."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")

Image.MAX_IMAGE_PIXELS = None  # our own limit comes first; Pillow's only warns at half of it


PROBLEMS = {
    "empty": "The file is empty.",
    "unknown": "This is no picture I can open: send a photo, or a JPEG, PNG, WebP, HEIC or AVIF "
    "file.",
    "damaged": "The picture is damaged: please send it again.",
    "huge": "The picture has {megapixels} megapixels; {most} is the most I can read.",
}
"""Why a picture can't be read, in English."""


class UnreadablePhoto(ValueError):
    """The bytes are no picture that can be read; the message is fit for the sender."""

    def __init__(self, problem: str, **facts: int) -> None:
        super().__init__(PROBLEMS[problem].format(**facts))
        self.problem = problem
        """A key of `PROBLEMS`, for other languages."""
        self.facts = facts
        """What is filled into the sentence."""

    def __reduce__(self) -> tuple[partial[UnreadablePhoto], tuple[()]]:
        """Tell pickle how to make it anew: it comes from another process."""
        return partial(type(self), self.problem, **self.facts), ()


@dataclass(frozen=True, eq=False)
class Photo:
    """An upright picture, no larger than it needs to be."""

    pixels: NDArray[np.uint8]
    """H×W×3, RGB."""
    width: int
    """Of the upright photo as it was sent, in pixels; `pixels` may be smaller."""
    height: int
    media_type: str

    @property
    def scale(self) -> float:
        """Pixels of the upright photo per pixel of `pixels`."""
        return float(self.width / self.pixels.shape[1])


def open_photo(data: bytes, side: int = WORKING_SIDE) -> Photo:
    """Decode a photo, turn it upright as its EXIF says and shrink its longer side to `side`.

    The first frame of an animation; transparent parts as white paper. Raises `UnreadablePhoto`.
    """
    if not data:
        raise UnreadablePhoto("empty")
    if data[4:8] == b"ftyp":
        import pillow_heif  # loads slowly, and only iPhones' files need it

        pillow_heif.register_heif_opener()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return decode(image, side)
    except UnreadablePhoto:
        raise
    except UnidentifiedImageError:
        raise UnreadablePhoto("unknown") from None
    except Exception as error:  # Pillow's plugins raise whatever a broken file makes them raise
        raise UnreadablePhoto("damaged") from error


def decode(image: Image.Image, side: int) -> Photo:
    """Return the upright, shrunk picture of an opened image."""
    if image.width * image.height > MAX_PIXELS:
        megapixels = image.width * image.height // 1_000_000
        raise UnreadablePhoto("huge", megapixels=megapixels, most=MAX_PIXELS // 1_000_000)
    media_type = Image.MIME.get(image.format or "", "application/octet-stream")
    size = image.size
    image.draft("RGB", working_size(image, side))  # JPEG alone: decodes at reduced scale
    image.load()
    ImageOps.exif_transpose(image, in_place=True)  # else it copies what already stands upright
    if (image.width >= image.height) != (size[0] >= size[1]):
        size = size[1], size[0]
    picture = on_white(image)
    wanted = working_size(picture, side)
    if picture.size != wanted:
        picture = picture.resize(wanted, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return Photo(np.asarray(picture), size[0], size[1], media_type)


def working_size(picture: Image.Image, most: int = WORKING_SIDE) -> tuple[int, int]:
    """Return the size to read a picture at: large ones shrunk to `most`, thumbnails enlarged."""
    side = max(picture.size)
    ratio = min(max(SMALLEST_SIDE / side, 1), most / side)
    return max(1, round(picture.width * ratio)), max(1, round(picture.height * ratio))


def on_white(image: Image.Image) -> Image.Image:
    """Return the image as RGB, with transparent parts laid on white."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        levels = np.asarray(image, dtype=np.float32)
        low, high = float(levels.min()), float(levels.max())
        image = Image.fromarray(((levels - low) * (255 / max(high - low, 1))).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        image = white
    return image if image.mode == "RGB" else image.convert("RGB")
