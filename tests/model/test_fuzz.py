"""Whatever bytes arrive, they are read or refused in one sentence; `make fuzz` tries 10,000."""

import io
import os
import time

import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from model.paper.strokes import draw_digit
from model.reading import Reading
from model.recognizer import Recognizer
from model.vision import UnreadablePhoto

TRIES = int(os.environ.get("FUZZ_TRIES", "300"))
SEED = int(os.environ.get("FUZZ_SEED", "6"))
LONGEST = 10
"""Seconds for one of these small pictures, on the busiest machine."""

fuzz = settings(
    max_examples=TRIES // 2,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def drawing() -> Image.Image:
    """A 7 on paper, small: mutations shall hit its head as often as its pixels."""
    ink = Image.fromarray(draw_digit(7, np.random.default_rng(2), height=30))
    page = Image.new("RGB", (64, 48), "#e8e4da")
    page.paste("#222233", (20, 8), ink)
    return page


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def heic() -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(drawing()).save(file)
    return file.getvalue()


def as_phones_write_it(page: Image.Image) -> bytes:
    """A JPEG with all that stands around the pixels: place, profile, text, marks to restart at."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(
        page, "JPEG", exif=exif, icc_profile=profile, xmp=b"<x:xmpmeta/>", comment="a 7",
        restart_marker_rows=1, subsampling="4:2:0",
    )  # fmt: skip


def real_images() -> list[bytes]:
    """One small picture of each kind that people's phones and programs make."""
    page = drawing()
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257)
    frames = {"save_all": True, "append_images": [page.rotate(90)], "duration": 100}
    return [
        saved(page, "JPEG", exif=exif),
        saved(page, "JPEG", progressive=True),
        as_phones_write_it(page),
        saved(page, "MPO", save_all=True, append_images=[page.rotate(90)]),  # two cameras at once
        saved(page.convert("CMYK"), "JPEG"),
        saved(page.convert("L"), "JPEG"),
        saved(page, "PNG"),
        saved(page.convert("P"), "PNG", transparency=0),
        saved(page.convert("RGBA"), "PNG", exif=exif),
        saved(deep, "PNG"),
        saved(page, "GIF", **frames),
        saved(page, "WEBP", lossless=True),
        saved(page, "WEBP", **frames),
        saved(page, "BMP"),
        saved(page, "TIFF", compression="tiff_lzw"),
        saved(page, "TIFF", compression="tiff_adobe_deflate", exif=exif),
        saved(page, "AVIF"),
        heic(),
    ]


IMAGES = real_images()
HEADS = [image[:length] for image in IMAGES for length in (4, 12, 40)]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real picture with some bytes changed, cut off, left out, repeated or put in."""
    data = bytearray(draw(st.sampled_from(IMAGES)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 64))
        match draw(st.sampled_from("change change flip cut leave repeat insert".split())):  # noqa: SIM905 - weighted
            case "change":
                data[place : place + 4] = draw(st.binary(min_size=1, max_size=4))
            case "flip" if data:
                data[place] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[place:]
            case "leave":
                del data[place : place + length]
            case "repeat":
                data[place:place] = data[place : place + length]
            case "insert":
                data[place:place] = draw(st.binary(max_size=64))
    return bytes(data)


made_up = st.one_of(
    st.binary(max_size=400),
    st.builds(bytes.__add__, st.sampled_from(HEADS), st.binary(max_size=400)),
)


def check_read(recognizer: Recognizer, data: bytes) -> None:
    """Read; raise whatever is not the one sentence for the sender, in time."""
    started = time.monotonic()
    try:
        reading = recognizer.read(data)
    except UnreadablePhoto as error:
        refused = str(error)
    else:
        check_boxes(reading)
        assert time.monotonic() - started < LONGEST
        return
    assert "\n" not in refused
    assert 10 < len(refused) < 200


def check_boxes(reading: Reading) -> None:
    """Raise unless every digit stands inside its photo."""
    for digit in reading.digits:
        x0, y0, x1, y1 = digit.box
        assert 0 <= x0 < x1 <= reading.width
        assert 0 <= y0 < y1 <= reading.height
        assert 0 <= digit.confidence <= 1


@pytest.mark.filterwarnings("ignore")  # as in production: what Pillow warns of is read on
@fuzz
@seed(SEED)
@given(data=mutated())
def test_mutated_pictures_are_read_or_refused(shipped: Recognizer, data: bytes) -> None:
    check_read(shipped, data)


@pytest.mark.filterwarnings("ignore")
@fuzz
@seed(SEED)
@given(data=made_up)
def test_made_up_bytes_are_read_or_refused(shipped: Recognizer, data: bytes) -> None:
    check_read(shipped, data)


@pytest.mark.parametrize("data", IMAGES)
def test_the_pictures_themselves_are_read(shipped: Recognizer, data: bytes) -> None:
    assert shipped.read(data).width in (64, 48)
