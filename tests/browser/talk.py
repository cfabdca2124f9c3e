"""A talk with the real bot over the tests' Bot API server, and the page that shows it."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from PIL import Image

from bot.languages import ENGLISH
from model.database import Database
from model.recognizer import Recognizer
from model.settings import PROJECT
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Message

HERE = Path(__file__).resolve().parent
ICON = PROJECT / "admin" / "static" / "icon.svg"
NOON = 12 * 60
"""Minutes: the talk begins then, whenever it was really held, so that the picture stays."""


@dataclass(frozen=True)
class Bubble:
    """What one message shows until it is edited."""

    mine: bool
    """Whether the person with the phone wrote it."""
    text: str
    picture: str
    """A data: URL, or ""."""
    quoted: str
    """The picture of the message it replies to, as a data: URL, or ""."""
    rows: list[list[str]]
    """The buttons' ENGLISH."""
    tapped: str
    """The button that is pressed next, or ""."""
    after: str
    """The button whose press made this of the message, or ""."""
    clock: str


def hold_talk(database: Database, recognizer: Recognizer, line: bytes, one: bytes) -> list[Bubble]:
    """Return a talk in the order in which it went: consent, a line of digits, a corrected 1."""
    with BotApi() as api, RunningBot(api, database).running(reader=recognizer):
        ann = api.sender(name="Ann")
        ann.command("/start")
        hello = ann.wait_answer()
        ann.press(hello, ENGLISH.yes_keep)
        ann.wait_answer(lambda message: message is hello and message.text == ENGLISH.kept)
        ann.wait_answer(to=ann.photo(line))
        answer = ann.wait_answer(to=ann.photo(one))
        ann.press(answer, "1")
        ann.wait_answer(lambda message: message is answer and "Saved" in message.text)
        messages = list(api.state.messages[ann.chat_id].values())
    return in_order(messages, {hello: ENGLISH.yes_keep, answer: "1"})


def in_order(messages: list[Message], taps: dict[Message, str]) -> list[Bubble]:
    """Return every version of every message, oldest first; `taps` says what was pressed where."""
    shown = [
        (version.moment, message, number)
        for message in messages
        for number, version in enumerate(message.versions)
    ]
    shown.sort(key=lambda one: one[0])
    return [make_bubble(message, number, moment, taps) for moment, message, number in shown]


def make_bubble(message: Message, number: int, moment: int, taps: dict[Message, str]) -> Bubble:
    """Return what a message shows in its version of this number."""
    version, quoted = message.versions[number], message.reply_to
    is_last = number == len(message.versions) - 1
    tap = taps.get(message, "")
    return Bubble(
        mine=not message.by_bot,
        text=version.text,
        picture=as_url(version.data),
        quoted=as_url(quoted.photo) if quoted else "",
        rows=[[text for text, _ in row] for row in version.rows],
        tapped="" if is_last else tap,
        after=tap if number else "",
        clock=clock(moment),
    )


def clock(moment: int) -> str:
    """Return a time of day: some things happen within a minute."""
    minutes = NOON + moment // 3
    return f"{minutes // 60}:{minutes % 60:02d}"


def as_url(data: bytes) -> str:
    """Return a picture as a data: URL, "" where there is none."""
    if not data:
        return ""
    with Image.open(io.BytesIO(data)) as image:
        kind = image.get_format_mimetype()
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def render_talk(talk: list[Bubble]) -> str:
    """Return an HTML page with the talk on two phones, the second from the second photo on."""
    photos = [place for place, one in enumerate(talk) if one.mine and one.picture]
    jinja = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    jinja.filters["with_commands"] = with_commands
    page = jinja.get_template("talk.html")
    screens = [talk[: photos[1]], talk[photos[1] :]]
    icon = f"data:image/svg+xml;base64,{base64.b64encode(ICON.read_bytes()).decode()}"
    return page.render(screens=screens, icon=icon)


def with_commands(text: str) -> Markup:
    """Return a text escaped, its commands as links, as Telegram shows them."""
    return Markup(re.sub(r"(?<!\S)(/[a-z]+)", r"<a>\1</a>", str(escape(text))))
