"""Texts and keyboards: what Telegram takes, and what it makes of HTML."""

import html
import re
from typing import Any

from tests.bot_api.errors import ApiError, bad_request

MOST_OF_TEXT = 4096
MOST_OF_CAPTION = 1024
MOST_BUTTONS = 100
ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
}
TAG = re.compile(r"<(/?)([a-zA-Z0-9-]*)([^<>]*)>")
COMMAND_OR_MENTION = re.compile(r"(?<!\S)(/[A-Za-z0-9_]{1,32}(?:@\w+)?)|(?<!\w)(@\w{5,32})")

Entities = list[dict[str, Any]]


def read_text(text: str, parse_mode: str, most: int) -> tuple[str, Entities]:
    """Return what people see of a text or caption, and its entities; raises ApiError."""
    if parse_mode.lower() == "html":
        shown, entities = _read_html(text)
    elif parse_mode:
        raise bad_request("unsupported parse_mode")  # this double reads HTML only
    else:
        shown, entities = text, []
    shown = shown.rstrip()
    if len(shown) > most:
        name = "message" if most == MOST_OF_TEXT else "message caption"
        raise bad_request(f"{name} is too long")
    return shown, entities


def find_entities(text: str) -> Entities:
    """Mark the commands and mentions that Telegram marks in what a person writes."""
    found = []
    for match in COMMAND_OR_MENTION.finditer(text):
        kind = "bot_command" if match[1] else "mention"
        found.append({"type": kind, "offset": _length(text[: match.start()])})
        found[-1]["length"] = _length(match[0])
    return found


def _length(text: str) -> int:
    """Count as Telegram does: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _read_html(source: str) -> tuple[str, Entities]:
    shown = ""
    entities: Entities = []
    open_tags: list[tuple[str, int, str]] = []  # name, where its text begins, attributes
    place = 0
    while (start := source.find("<", place)) >= 0:
        shown += html.unescape(source[place:start])
        tag = TAG.match(source, start)
        name = tag[2].lower() if tag else ""
        if tag is None or name not in ENTITY_OF_TAG:
            raise _unparsable(f'Unsupported start tag "{name}"', source, start)
        if not tag[1]:
            open_tags.append((name, _length(shown), tag[3]))
        else:
            if not open_tags or open_tags[-1][0] != name:
                raise _unparsable("Unexpected end tag", source, start)
            entities.append(_entity(*open_tags.pop(), _length(shown)))
        place = tag.end()
    if open_tags:
        reason = f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"'
        raise bad_request(f"can't parse entities: {reason}")
    return shown + html.unescape(source[place:]), sorted(entities, key=lambda e: e["offset"])


def _unparsable(reason: str, source: str, place: int) -> ApiError:
    offset = len(source[:place].encode())
    return bad_request(f"can't parse entities: {reason} at byte offset {offset}")


def _entity(name: str, start: int, attributes: str, end: int) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": ENTITY_OF_TAG[name], "offset": start, "length": end - start}
    if link := re.search(r'href="([^"]*)"', attributes):
        entity["url"] = html.unescape(link[1])
    return entity


def check_keyboard(reply_markup: Any) -> dict[str, Any] | None:
    """Return the reply_markup as it will be kept; raises ApiError when a button breaks a rule."""
    if reply_markup in (None, ""):
        return None
    if not isinstance(reply_markup, dict):
        raise bad_request("object expected as reply markup")
    buttons = [button for row in reply_markup.get("inline_keyboard", []) for button in row]
    for button in buttons:
        _check_button(button)
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    if "inline_keyboard" in reply_markup and not buttons:
        return None
    return reply_markup


def _check_button(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: Button text must be non-empty")
    if set(button) == {"text"}:
        reason = "Text buttons are unallowed in the inline keyboard"
        raise bad_request(f"can't parse inline keyboard button: {reason}")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
