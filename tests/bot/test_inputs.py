"""Whatever people send as a picture: read with the shipped network, or refused in one sentence."""

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.languages import ENGLISH
from model.database import Database
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer
from model.settings import Settings
from model.tables import InboxState, InboxUpdate, Photo
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Sender

TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera's picture lies in the file, by the EXIF orientation that turns it back."""


def page() -> Image.Image:
    """A 7 on paper."""
    ink = Image.fromarray(draw_digit(7, np.random.default_rng(2), height=150))
    image = Image.new("RGB", (400, 300), "#e8e4da")
    image.paste("#222233", (150, 70), ink)
    return image


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = TURNS[orientation]
    return saved(page() if turn is None else page().transpose(turn), "JPEG", exif=exif)


def heic() -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(page()).save(file)
    return file.getvalue()


def transparent() -> Image.Image:
    """Black ink on nothing, as drawing programs save it."""
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    ink = Image.fromarray(draw_digit(7, np.random.default_rng(2), height=150))
    image.paste((0, 0, 0, 255), (150, 70), ink)
    return image


def pictures() -> dict[str, bytes]:
    """Return a 7 in everything that is a picture, by file name."""
    gray = np.asarray(page().convert("L"))
    frames = {"save_all": True, "append_images": [Image.new("RGB", (400, 300), "white")] * 2}
    return {
        "plain.jpg": saved(page(), "JPEG"),
        "progressive.jpg": saved(page(), "JPEG", progressive=True),
        "cmyk.jpg": saved(page().convert("CMYK"), "JPEG"),
        "cmyk.tiff": saved(page().convert("CMYK"), "TIFF"),
        "16 bit.png": saved(Image.fromarray(gray.astype(np.uint16) * 257), "PNG"),
        "palette.png": saved(page().convert("P"), "PNG"),
        "transparent.png": saved(transparent(), "PNG"),
        "two colours.png": saved(page().convert("1", dither=Image.Dither.NONE), "PNG"),
        "animated.gif": saved(page(), "GIF", **frames),
        "animated.webp": saved(page(), "WEBP", **frames),
        "photo.heic": heic(),
        "photo.avif": saved(page(), "AVIF"),
        "photo.bmp": saved(page(), "BMP"),
        **{f"exif {n}.jpg": turned(n) for n in TURNS},
    }


def test_a_seven_is_read_in_every_kind_of_picture(
    api: BotApi, stopped_bot: RunningBot, database: Database
) -> None:
    sent = pictures()
    with stopped_bot.running(reader=Recognizer.load(Settings().weights)):
        people = {name: api.sender(name=name) for name in sent}
        files = {name: person.document(sent[name], name, "") for name, person in people.items()}
        for name, person in people.items():
            assert person.wait_answer(to=files[name]).text.startswith("7"), name
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == len(sent)


def broken() -> dict[str, bytes]:
    """Return what calls itself a picture and is none, or a damaged one."""
    jpeg, png = saved(page(), "JPEG"), saved(page(), "PNG")
    return {
        "empty.jpg": b"",
        "text.jpg": b"just some words",
        "paper.jpg": b"%PDF-1.7\n1 0 obj",
        "archive.png": b"PK\x03\x04" + bytes(60),
        "cut.jpg": jpeg[: len(jpeg) // 2],
        "head only.jpg": jpeg[:200],
        "cut.png": png[: len(png) // 2],
        "cut.heic": heic()[:300],
        "cut.avif": saved(page(), "AVIF")[:300],
        "corrupt.png": png[:60] + bytes(200) + png[260:],
        "bomb.png": saved(Image.new("1", (15_000, 15_000)), "PNG"),
        "huge.jpg": bytes(20 * 1024 * 1024 + 1),
    }


def test_what_is_no_picture_is_refused_and_leaves_nothing_behind(
    api: BotApi, ann: Sender, bot: RunningBot, database: Database
) -> None:
    for name, data in broken().items():
        file = ann.document(data, name, "image/jpeg")
        answer = ann.wait_answer(to=file)
        assert 10 < len(answer.text) < 200, name
        assert "wrong on my side" not in answer.text, name
    ann.wait_answer(to=ann.photo(made_photo("7")))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == 1
        states = session.scalars(select(InboxUpdate.state).distinct()).all()
    assert InboxState.ASIDE not in states


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_a_jpeg_damaged_in_the_midst_is_answered_like_any_other(
    ann: Sender, stopped_bot: RunningBot, database: Database, at: float
) -> None:
    """What is left of it may be a picture still: then it is read."""
    jpeg = saved(page(), "JPEG", quality=90)
    place = int(at * len(jpeg))
    noise = np.random.default_rng(3).integers(0, 255, 400, np.uint8).tobytes()
    damaged = jpeg[:place] + noise + jpeg[place + len(noise) :]
    with stopped_bot.running(reader=Recognizer.load(Settings().weights)):
        answer = ann.wait_answer(to=ann.document(damaged, "damaged.jpg", "image/jpeg"))
    assert 0 < len(answer.text) < 200
    assert ENGLISH.failed not in answer.text
    with database.read() as session:
        assert session.scalars(select(InboxUpdate.state).distinct()).all() == [InboxState.DONE]


def test_a_file_of_which_nobody_says_how_big_it_is_is_read_or_refused_by_its_size(
    ann: Sender, bot: RunningBot
) -> None:
    small = ann.document(made_photo("7"), "small.png", "image/png", sized=False)
    assert ann.wait_answer(to=small).text.startswith("7")
    big = ann.document(bytes(20 * 1024 * 1024 + 1), "big.png", "image/png", sized=False)
    assert ann.wait_answer(to=big).text == ENGLISH.too_big


def test_a_forwarded_photo_is_read_and_belongs_to_who_forwards_it(
    ann: Sender, bot: RunningBot
) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("7"), forwarded_from="Bo"))
    ann.press(answer, "4")
    ann.wait_answer(lambda m: m is answer and ": 4" in m.text)


NAMES = [
    "<script>alert(1)</script>",
    "Robert'); DROP TABLE photos;--",
    "\u202ederiM \u200f\u05de\u05d9\u05e8\u05d9",
    "%s {0} {name} \\n \x00",
    "𝕬𝖓𝖓 👩‍👩‍👧‍👦" * 12,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_name_is_only_a_name(
    api: BotApi, bot: RunningBot, database: Database, name: str
) -> None:
    eve = api.sender(name=name)
    eve.wait_answer(to=eve.photo(made_photo("7"), caption=name))
    eve.text(name)
    eve.wait_answer()


@pytest.mark.parametrize("text", ["<b>&" * 1024, "*_`[" * 1024, "7" * 4096, "\u202e" * 4096])
def test_the_longest_texts_get_a_short_answer(ann: Sender, bot: RunningBot, text: str) -> None:
    ann.wait_answer(to=ann.photo(made_photo("7")))
    ann.text(text)
    assert 20 < len(ann.wait_answer().text) < 200
