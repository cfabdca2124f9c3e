"""Every language says everything, with the same words filled in."""

from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest

from bot import languages
from bot.languages import ENGLISH, LANGUAGES, texts_for
from bot.texts import Texts
from tests.bot.chosen_reader import made_photo
from tests.bot_api import BotApi

SAME_EVERYWHERE = {"confirm_one"}
"""Texts without a word in them."""


def flat(texts: Texts) -> dict[str, str]:
    """Return all texts by name; those of a mapping by name and key."""
    found: dict[str, str] = {}
    for field in fields(texts):
        value = getattr(texts, field.name)
        if isinstance(value, str):
            found[field.name] = value
        else:
            found |= {f"{field.name}.{key}": text for key, text in value.items()}
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def commands_in(text: str) -> set[str]:
    return {word for word in text.replace("(", " ").split() if word.startswith("/")}


@pytest.mark.parametrize("code", LANGUAGES)
class TestEachLanguage:
    def test_has_every_text(self, code: str) -> None:
        texts, english = flat(LANGUAGES[code]), flat(ENGLISH)
        assert set(texts) == set(english)
        assert all(text.strip() == text and text for text in texts.values())

    def test_has_the_same_words_filled_in(self, code: str) -> None:
        texts, english = flat(LANGUAGES[code]), flat(ENGLISH)
        for name, text in texts.items():
            assert placeholders(text) == placeholders(english[name]), name

    def test_names_the_same_commands(self, code: str) -> None:
        texts, english = flat(LANGUAGES[code]), flat(ENGLISH)
        for name, text in texts.items():
            found = {word.rstrip(".,:;") for word in commands_in(text)}
            expected = {word.rstrip(".,:;") for word in commands_in(english[name])}
            assert found == expected, name

    def test_stays_within_what_telegram_takes(self, code: str) -> None:
        texts = LANGUAGES[code]
        assert len(texts.description) <= 512
        assert len(texts.short_description) <= 120
        assert all(1 <= len(words) <= 256 for words in texts.commands.values())
        assert all(len(text) < 4000 for text in flat(texts).values())
        toasts = [text for name, text in flat(texts).items() if name.startswith("toast")]
        notes = [texts.not_yours, texts.not_for_you, texts.gone, texts.unknown_button]
        assert all(len(text) <= 180 for text in toasts + notes)

    def test_is_no_copy_of_english(self, code: str) -> None:
        if code == "en":
            return
        texts, english = flat(LANGUAGES[code]), flat(ENGLISH)
        same = {name for name, text in texts.items() if text == english[name]}
        assert same <= SAME_EVERYWHERE


def test_a_new_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "xx.py").write_text(
        "from dataclasses import replace\nfrom bot.languages.en import TEXTS as ENGLISH\n"
        'TEXTS = replace(ENGLISH, send_a_photo="Xx?")\n'
    )
    monkeypatch.setattr(languages, "__path__", [*languages.__path__, str(tmp_path)])
    loaded = languages.load_languages()
    assert list(loaded) == [*LANGUAGES, "xx"]
    assert loaded["xx"].send_a_photo == "Xx?"
    monkeypatch.setattr(languages, "LANGUAGES", loaded)
    assert texts_for("xx-YY") is loaded["xx"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("de", "de"), ("de-AT", "de"), ("DE", "de"), ("en-GB", "en"), ("xx", "en"), ("", "en")],
)
def test_a_language_is_found_by_the_code_of_an_app(code: str, expected: str) -> None:
    assert texts_for(code) is LANGUAGES[expected]


@pytest.mark.usefixtures("bot")
def test_everybody_is_answered_in_their_own_language(api: BotApi) -> None:
    ann, uli = api.sender(name="Ann"), api.sender(name="Uli", language_code="de-CH")
    german = LANGUAGES["de"]
    for sender, texts in ((ann, ENGLISH), (uli, german)):
        answer = sender.wait_answer(to=sender.photo(made_photo("7")))
        assert answer.text == texts.read_one.format(digit=7, percent=98)
        sender.wait_answer(lambda m, texts=texts: m.text == texts.ask_with_photo)
        query = sender.press(answer, "4")
        assert api.wait_callback_answer(query)["text"] == texts.toast_saved.format(label=4)
        sender.sticker()
        sender.wait_answer(lambda m, texts=texts: m.text == texts.other_kinds["sticker"])
        sender.document(made_photo("7")[:200], "cut.png", "image/png")
    ann.wait_answer(lambda m: "picture is damaged" in m.text)
    uli.wait_answer(lambda m: m.text == german.unreadable["damaged"])
    query = uli.press_data(answer, "label:999:1")
    assert api.wait_callback_answer(query)["text"] == german.gone


@pytest.mark.usefixtures("bot")
def test_in_a_group_who_asks_is_answered_in_their_language(api: BotApi) -> None:
    ann = api.sender(name="Ann", chat_id=-500)
    uli = api.sender(name="Uli", language_code="de", chat_id=-500)
    photo = ann.photo(made_photo("7"))
    uli.command("/read", reply_to=photo)
    answer = uli.wait_answer(to=photo)
    assert answer.text == LANGUAGES["de"].read_one.format(digit=7, percent=98)
    ann.press(answer, "4")
    ann.wait_answer(lambda m: m is answer and m.text.startswith("Saved for 24 hours: 4"))
