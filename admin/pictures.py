"""Pictures for the pages."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterable

import numpy as np
from flask import Response, request
from PIL import Image

from model.explain import draw_way
from model.recognizer import Recognizer
from model.samples import pixels_of
from model.tables import Photo, Sample
from model.vision import open_photo

AT_ONCE = threading.Semaphore(1)
"""A way takes a second to draw: one at a time, so that the other pages have a core left."""

SHOWN_SIDE = 1280
"""Longer side of a photo on the pages, in pixels: as Telegram sends it."""

KEPT_BY_BROWSER = "private, no-cache"
"""With a picture that it keeps the browser asks each time whether it may still show it."""


def photo_jpeg(data: bytes) -> bytes:
    """Return a photo upright and shrunk, without what the camera wrote into it."""
    file = io.BytesIO()
    Image.fromarray(open_photo(data, SHOWN_SIDE).pixels).save(file, "JPEG", quality=85)
    return file.getvalue()


def stand_in_jpeg(photo: Photo, samples: Iterable[Sample]) -> bytes:
    """Return what stands for a photo that has been deleted: its digits, each in its box."""
    scale = min(1.0, SHOWN_SIDE / max(photo.width, photo.height))
    sheet = Image.new("L", (round(photo.width * scale) or 1, round(photo.height * scale) or 1), 255)
    for sample in samples:
        x0, y0, x1, y1 = (round(v * scale) for v in (sample.x0, sample.y0, sample.x1, sample.y1))
        pixels = pixels_of(sample)
        rows, columns = np.nonzero(pixels)
        if len(rows):
            ink = pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            digit = Image.fromarray(255 - ink).resize((max(x1 - x0, 1), max(y1 - y0, 1)))
            sheet.paste(digit, (x0, y0))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=85)
    return file.getvalue()


def way_png(data: bytes, recognizer: Recognizer) -> bytes:
    """Return the picture of a photo's whole way through the reader."""
    file = io.BytesIO()
    with AT_ONCE:
        draw_way(data, recognizer).save(file, "PNG")
    return file.getvalue()


def send_picture(made_of: bytes, draw: Callable[[], bytes], media_type: str) -> Response:
    """Answer with a picture, or that the one the browser keeps is made of the same."""
    answer = Response(mimetype=media_type, headers={"Cache-Control": KEPT_BY_BROWSER})
    answer.set_etag(hashlib.sha256(made_of).hexdigest())
    answer.make_conditional(request)
    if answer.status_code != 304:
        answer.data = draw()
    return answer
