"""Numbers in addresses."""

from __future__ import annotations

from flask import abort, request

LARGEST = 2**63 - 1
"""What a key of the database can hold."""


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
