"""How values are written on the pages."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable

from model.tables import NOT_A_DIGIT, Act, LabelEvent, Labeller

SAID_BY = {Labeller.SENDER: "the sender", Labeller.OPERATOR: "an operator"}


def label_word(label: int | None) -> str:
    """Return a label for people."""
    if label is None:
        return "no label"
    return "not a digit" if label == NOT_A_DIGIT else str(label)


ACTS = {
    Act.FLAG: "flagged: put aside",
    Act.UNFLAG: "back from aside",
    Act.DRAW: "box drawn",
    Act.REMOVE: "box deleted",
    Act.DOUBT: "clicked in a grid as wrong",
}


def event_word(event: LabelEvent) -> str:
    """Return for people what an event did."""
    return ACTS.get(event.act) or label_word(event.label)


def percent(chance: float) -> str:
    """Return 0..1 as a percentage that never claims certainty."""
    if 0.995 <= chance < 1:
        return f"{min(100 * chance, 99.99):.2f} %"
    return f"{100 * chance:.0f} %"


def moment(at: datetime.datetime) -> str:
    """Return a moment to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def thousands(number: int) -> str:
    """Return a number with thin spaces between its thousands."""
    return f"{number:,}".replace(",", "\u202f")


def at_most(number: int, most: int) -> str:
    """Return a count, of which no more than `most` were counted."""
    return f"{thousands(most)}+" if number > most else thousands(number)


def said_by(labeller: Labeller) -> str:
    """Return who labelled."""
    return SAID_BY[labeller]


def person(name: str) -> str:
    """Return a contributor's name, without the marks that turn the text around it."""
    shown = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    return " ".join(shown.split()) or "somebody"


FILTERS: dict[str, Callable[..., str]] = {
    "event_word": event_word,
    "label_word": label_word,
    "percent": percent,
    "moment": moment,
    "thousands": thousands,
    "at_most": at_most,
    "said_by": said_by,
    "person": person,
}
