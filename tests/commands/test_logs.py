"""The form of the log."""

import json
import logging
import sys

from commands.logs import JsonLines


def line(message: str, *arguments: object, **more: object) -> dict[str, object]:
    record = logging.LogRecord("bot.x", logging.INFO, "f", 1, message, arguments, None)
    record.__dict__.update(more)
    text = JsonLines().format(record)
    assert "\n" not in text
    found: dict[str, object] = json.loads(text)
    return found


def test_a_line_says_when_where_and_what() -> None:
    found = line("update %d: ü\n", 7, update_id=7, row=3, kind="PhotoSent", seconds=0.25)
    assert found.pop("time", "").endswith("+00:00")  # type: ignore[attr-defined]
    assert found == {
        "level": "INFO",
        "logger": "bot.x",
        "message": "update 7: ü\n",
        "update_id": 7,
        "row": 3,
        "kind": "PhotoSent",
        "seconds": 0.25,
    }


def test_a_traceback_stays_in_its_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        found = line("it failed", exc_info=sys.exc_info())
    assert "ValueError: broken" in str(found["traceback"])
