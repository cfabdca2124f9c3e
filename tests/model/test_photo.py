"""Whatever bytes people send: an upright RGB picture, or one sentence."""

import io
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from model.photo import SMALLEST_SIDE, WORKING_SIDE, UnreadablePhoto, open_photo


def picture(width: int = 400, height: int = 300) -> Image.Image:
    """White with a black top left corner: it shows which way is up."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("black", (0, 0, width // 4, height // 4))
    return image


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def dark_corner(pixels: np.ndarray) -> tuple[bool, bool, bool, bool]:
    return tuple(bool(pixels[y, x].mean() < 128) for y in (5, -5) for x in (5, -5))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_the_usual_formats_open_upright(form: str) -> None:
    photo = open_photo(encoded(picture(), form))
    assert photo.pixels.shape == (300, 400, 3)
    assert dark_corner(photo.pixels) == (True, False, False, False)
    assert photo.media_type == f"image/{form.lower()}"


def test_heic_from_iphones_opens() -> None:
    file = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(file)
    assert dark_corner(open_photo(file.getvalue()).pixels) == (True, False, False, False)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_photo_upright(orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = picture() if orientation == 1 else picture().transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = open_photo(encoded(stored, "JPEG", exif=exif))
    assert (photo.width, photo.height) == (400, 300)
    assert dark_corner(photo.pixels) == (True, False, False, False)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    form = "TIFF" if mode == "CMYK" else "PNG"
    if mode == "I;16":
        image = Image.fromarray(np.asarray(picture().convert("L")).astype(np.uint16) * 257)
    else:
        image = picture().convert(mode)
    assert dark_corner(open_photo(encoded(image, form)).pixels) == (True, False, False, False)


def test_what_is_transparent_is_paper() -> None:
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 100, 75))
    assert dark_corner(open_photo(encoded(image, "PNG")).pixels) == (True, False, False, False)


def test_of_an_animation_the_first_frame_counts() -> None:
    data = encoded(picture(), "GIF", save_all=True, append_images=[Image.new("RGB", (400, 300))])
    assert dark_corner(open_photo(data).pixels) == (True, False, False, False)


def test_large_photos_shrink_and_thumbnails_grow() -> None:
    large = open_photo(encoded(picture(4000, 3000), "JPEG"))
    assert max(large.pixels.shape) == WORKING_SIDE
    assert (large.width, large.height) == (4000, 3000)
    assert large.scale == pytest.approx(4000 / WORKING_SIDE)
    assert max(open_photo(encoded(picture(4000, 3000), "JPEG"), 1280).pixels.shape) == 1280
    small = open_photo(encoded(picture(90, 60), "JPEG"))
    assert max(small.pixels.shape) == SMALLEST_SIDE


JPEG = encoded(picture(), "JPEG")


@pytest.mark.parametrize(
    "data",
    [b"", b"hello, I am a text file", b"%PDF-1.7\n", JPEG[:200], JPEG[: len(JPEG) // 2]],
    ids=["empty", "text", "pdf", "header only", "half"],
)
def test_what_is_no_picture_gets_one_friendly_sentence(data: bytes) -> None:
    with pytest.raises(UnreadablePhoto) as caught:
        open_photo(data)
    assert "\n" not in str(caught.value)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    header = (20_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    chunk = b"IHDR" + header
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + (13).to_bytes(4, "big")
        + chunk
        + zlib.crc32(chunk).to_bytes(4, "big")
    )
    bomb += (0).to_bytes(4, "big") + b"IDAT" + zlib.crc32(b"IDAT").to_bytes(4, "big")
    with pytest.raises(UnreadablePhoto, match="400 megapixels"):
        open_photo(bomb)
