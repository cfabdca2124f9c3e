"""Pictures for the pages."""

from __future__ import annotations

import io
import threading

from flask import Response
from PIL import Image

from model.explain import draw_way
from model.recognizer import Recognizer
from model.vision import open_photo

AT_ONCE = threading.Semaphore(1)
"""A way takes a second to draw: one at a time, so that the other pages have a core left."""

SHOWN_SIDE = 1280
"""Longer side of a photo on the pages, in pixels: as Telegram sends it."""

KEPT_BY_BROWSER = "private, max-age=86400, immutable"
"""A day at most: what is forgotten here shall not stay there for long."""


def photo_jpeg(data: bytes) -> bytes:
    """Return a photo upright and shrunk, without what the camera wrote into it."""
    file = io.BytesIO()
    Image.fromarray(open_photo(data, SHOWN_SIDE).pixels).save(file, "JPEG", quality=85)
    return file.getvalue()


def way_png(data: bytes, recognizer: Recognizer) -> bytes:
    """Return the picture of a photo's whole way through the reader."""
    file = io.BytesIO()
    with AT_ONCE:
        draw_way(data, recognizer).save(file, "PNG")
    return file.getvalue()


def send_picture(data: bytes, media_type: str) -> Response:
    """Answer with a picture that never changes."""
    return Response(data, mimetype=media_type, headers={"Cache-Control": KEPT_BY_BROWSER})
