"""Pictures for the pages."""

from __future__ import annotations

import io

from flask import Response
from PIL import Image

from model.vision import open_photo

KEPT_BY_BROWSER = "private, max-age=86400, immutable"
"""A day at most: what is forgotten here shall not stay there for long."""


def photo_jpeg(data: bytes) -> bytes:
    """Return a photo upright and shrunk, without what the camera wrote into it."""
    file = io.BytesIO()
    Image.fromarray(open_photo(data).pixels).save(file, "JPEG", quality=85)
    return file.getvalue()


def send_picture(data: bytes, media_type: str) -> Response:
    """Answer with a picture that never changes."""
    return Response(data, mimetype=media_type, headers={"Cache-Control": KEPT_BY_BROWSER})
