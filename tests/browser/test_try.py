"""Drawing with mouse and finger, each on a phone's screen and on a laptop's."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Desk
from tests.browser.fingers import drag_finger


@pytest.mark.parametrize("touched", [False, True], ids=["mouse", "finger"])
def test_drawing_is_read_while_it_is_drawn(visitor: Desk, touched: bool):
    page = visitor.page
    visitor.open("/try")
    assert page.evaluate("navigator.maxTouchPoints > 0") == touched
    paper = page.locator("#paper")
    paper.scroll_into_view_if_needed()
    frame = paper.bounding_box()
    kinds = watch_pointers(visitor)
    stroke = draw_with_finger if touched else draw_with_mouse
    stroke(page, frame["x"] + frame["width"] / 2, frame["y"] + 40, frame["height"] - 80)
    visitor.wait_until("() => /^\\d+$/.test(document.getElementById('read').textContent)")
    assert kinds() == ["touch" if touched else "mouse"]
    assert "% sure" in page.inner_text("#words")
    assert page.locator(".card").count() >= 1
    page.click("#back")
    visitor.wait_until("() => document.getElementById('read').textContent === '–'")


def watch_pointers(visitor: Desk) -> Callable[[], list[str]]:
    """Return what says which kinds of pointers have been on the paper since."""
    visitor.page.evaluate(
        """() => {
          window.pointers = new Set();
          const note = (event) => window.pointers.add(event.pointerType);
          document.getElementById("paper").addEventListener("pointermove", note);
        }"""
    )
    return lambda: visitor.page.evaluate("[...window.pointers]")


def draw_with_mouse(page, x: float, top: float, height: float) -> None:
    """Draw one stroke downwards."""
    page.mouse.move(x, top)
    page.mouse.down()
    page.mouse.move(x, top + height, steps=8)
    page.mouse.up()


def draw_with_finger(page, x: float, top: float, height: float) -> None:
    """Draw one stroke downwards."""
    drag_finger(page, [(x, top + height * step / 8) for step in range(9)])
