"""Touches: Playwright's own touchscreen can only tap."""

from collections.abc import Sequence
from typing import Any


def drag_finger(page: Any, points: Sequence[tuple[float, float]]) -> None:
    """Put a finger down at the first point, draw it over the others and lift it at the last."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *at: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in at]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", points[0])
    for point in points[1:]:
        touch("touchMove", point)
    touch("touchEnd")
