"""The whole talk, from /start to /forget, over real HTTP; and what an export then holds."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.languages import ENGLISH
from model.database import Database
from model.dataset import Dataset
from model.export import save_export
from model.recognizer import Recognizer
from model.settings import Settings
from model.versions import freeze_version
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi

SHIPPED = Settings().weights


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


def exported(database: Database, path: Path) -> list[int]:
    """Return the labels of an export of what is labelled now, read back."""
    with database.write() as session:
        number = freeze_version(session).id
    save_export(database, path, "npz", number)
    return [int(label) for label in Dataset.load(path).labels]


def written_photo(text: str) -> bytes:
    """Return a JPEG of dark writing on light paper."""
    image = Image.new("RGB", (640, 320), "#e8e4da")
    ImageDraw.Draw(image).text((120, 60), text, fill="#222233", font_size=160)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def test_the_whole_talk(api: BotApi, database: Database, tmp_path: Path) -> None:
    ann, bob = api.sender(name="Ann"), api.sender(name="Bob")
    export = tmp_path / "samples.npz"
    with RunningBot(api, database).running():
        ann.command("/start")
        hello = ann.wait_answer()
        ann.press(hello, "Yes")
        ann.wait_answer(lambda m: m is hello and m.text == ENGLISH.kept)

        single = ann.wait_answer(to=ann.photo(made_photo("7")))
        assert single.text.startswith("7")
        ann.press(single, "4")
        ann.wait_answer(lambda m: m is single and "Saved: 4" in m.text)
        assert exported(database, export) == [4]

        several = ann.wait_answer(to=ann.photo(made_photo("401")))
        ann.reply(several, "407")
        ann.wait_answer(lambda m: m is several and "407" in m.text)
        assert exported(database, export) == [4, 4, 0, 7]

        blot = ann.wait_answer(to=ann.photo(made_photo("1")))
        ann.press(blot, "Not a digit")
        ann.wait_answer(lambda m: m is blot and "not a digit" in m.text)
        assert exported(database, export) == [4, 4, 0, 7], "what is no digit is in no export"

        ann.press(several, "Undo")
        ann.wait_answer(lambda m: m is several and "401" in m.text)
        assert exported(database, export) == [4]

        pending = bob.wait_answer(to=bob.photo(made_photo("9")))
        ask = bob.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
        bob.press(pending, "✓ 9")
        bob.wait_answer(lambda m: m is pending and "Saved" in m.text)
        assert exported(database, export) == [4], "Bob has not said yes"
        bob.press(ask, "Yes")
        bob.wait_answer(lambda m: m is ask and m.text == ENGLISH.kept)
        assert exported(database, export) == [4, 9]

        ann.command("/forget")
        question = ann.wait_answer(lambda m: m.text == ENGLISH.forget)
        ann.press(question, "Yes")
        ann.wait_answer(lambda m: m is question and m.text == ENGLISH.forgotten)
        assert exported(database, export) == [9]


@pytest.mark.skipif(not SHIPPED.exists(), reason="there are no weights yet in weights/")
def test_the_shipped_network_reads_a_photo_and_is_corrected(
    api: BotApi, database: Database
) -> None:
    ann = api.sender(name="Ann")
    with RunningBot(api, database).running(reader=Recognizer.load(SHIPPED)):
        answer = ann.wait_answer(to=ann.photo(written_photo("4 0 7")))
        assert answer.text.startswith("407")
        assert [text for text, _ in answer.buttons][:3] == ["4", "0", "7"]
        ann.press(answer, "0")
        ann.wait_answer(lambda m: "Which" in m.text)
        ann.press(answer, "6")
        ann.wait_answer(lambda m: m is answer and m.text.startswith("467"))
