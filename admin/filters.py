"""Which samples a page is about, and in what order, as its address says."""

from __future__ import annotations

import datetime
from typing import Any

from flask import abort, request
from sqlalchemy.orm import Session

from admin.numbers import number_argument
from model.lists import (
    STATUSES,
    Listing,
    Order,
    SampleFilter,
    list_contributors,
    list_sources,
    list_weights,
)
from model.tables import NOT_A_DIGIT, Split

NAMES = (
    "label",
    "predicted",
    "sender",
    "contributor",
    "source",
    "weights",
    "split",
    "status",
    "since",
    "until",
    "least",
    "most",
    "order",
)
"""What a filter may say in an address; an empty value says nothing."""

LONGEST = 64

ORDERS = {
    Order.WORTH: "most worth a look first",
    Order.NEWEST: "newest first",
    Order.UNSURE: "least sure first",
}


def asked() -> dict[str, Any]:
    """Return what the address says of the filter, to go on with it on other pages."""
    return {name: request.args[name] for name in NAMES if request.args.get(name)}


def read_filter() -> SampleFilter:
    """Return what the address asks for; 400 for words that are no filter."""
    split = word_argument("split", list(Split))
    return SampleFilter(
        label=digit_argument("label"),
        predicted=digit_argument("predicted"),
        sender=digit_argument("sender"),
        contributor_id=number_argument("contributor"),
        source=name_argument("source"),
        weights=name_argument("weights"),
        split=Split(split) if split else None,
        status=word_argument("status", list(STATUSES)),
        since=day_argument("since"),
        until=day_argument("until"),
        least=percent_argument("least"),
        most=percent_argument("most"),
    )


def read_order(default: Order) -> Order:
    """Return the order asked for; 400 for a word that is none."""
    return Order(word_argument("order", list(ORDERS)) or default)


def review_listing() -> Listing:
    """Return what is asked to be reviewed: unless a status is, what waits for an operator."""
    chosen = read_filter()
    return Listing(chosen, read_order(Order.WORTH), due=chosen.status is None)


def choices(session: Session) -> dict[str, Any]:
    """Return what the form of the filter offers."""
    return {
        "contributors": list_contributors(session),
        "sources": list_sources(session),
        "weights": list_weights(session),
        "statuses": list(STATUSES),
        "splits": [split.value for split in Split],
        "labels": range(NOT_A_DIGIT + 1),
        "orders": ORDERS,
    }


def word_argument(name: str, words: list[str] | list[Split] | list[Order]) -> str | None:
    """Return one of `words` from the address, None if it isn't given; 400 for another."""
    word = request.args.get(name) or None
    if word is not None and word not in words:
        abort(400)
    return word


def name_argument(name: str) -> str | None:
    """Return a name from the address, None if it isn't given; 400 for one that is too long."""
    text = request.args.get(name) or None
    if text is not None and len(text) > LONGEST:
        abort(400)
    return text


def digit_argument(name: str) -> int | None:
    """Return a label from the address; 400 for what is none."""
    number = number_argument(name)
    if number is not None and number > NOT_A_DIGIT:
        abort(400)
    return number


def percent_argument(name: str) -> float | None:
    """Return a percentage from the address as 0..1; 400 for what is none."""
    number = number_argument(name)
    if number is not None and number > 100:
        abort(400)
    return None if number is None else number / 100


def day_argument(name: str) -> datetime.date | None:
    """Return a day from the address; 400 for what is none."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        abort(400)
    if not 1970 <= day.year < 9999:
        abort(400)
    return day
