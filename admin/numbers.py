"""Numbers in addresses."""

from __future__ import annotations

from flask import abort, request

LARGEST = 2**63 - 1
"""What a key of the database can hold."""


def refuse_large_numbers(_: str | None, values: dict[str, int] | None) -> None:
    """Answer 404 for a number in an address that no key of the database can have."""
    if any(value > LARGEST for value in (values or {}).values()):
        abort(404)


def number_argument(name: str) -> int | None:
    """Return a number from the address's query, None if it isn't given; 400 for anything else."""
    return number_of(request.args.get(name, ""))


def number_of(text: str) -> int | None:
    """Return the number a text says, None for an empty one; 400 for anything else."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST):
        abort(400)
    return int(text)
