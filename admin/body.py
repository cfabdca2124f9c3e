"""JSON that somebody sent, checked before it is used."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

from flask import request


class WrongBody(ValueError):
    """The request's body is not what was asked for; the message says what is wrong."""


def json_object() -> dict[str, Any]:
    """Return the request's body, a JSON object; raises `WrongBody`."""
    raw = request.get_data()
    if not raw.strip():
        raise WrongBody("The body is empty; send a JSON object.")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise WrongBody("The body is no JSON.") from None
    if not isinstance(body, dict):
        raise WrongBody("The body is JSON, but no object.")
    return body


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value of JSON is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value of JSON is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)
