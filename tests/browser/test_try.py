"""Drawing with mouse and finger, each on a phone's screen and on a laptop's."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from model.recognizer import Recognizer
from tests.browser.conftest import Desk
from tests.browser.fingers import drag_finger
from tests.filling import drawn_photo


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


@pytest.mark.parametrize("touched", [False], ids=["mouse"])
def test_a_photo_that_lies_turned_says_how_it_was_read(
    visitor: Desk, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
):
    photo = drawn_photo("7")
    turned = replace(recognizer.read(photo), turned=1, way_up=0.876)
    monkeypatch.setattr(Recognizer, "read", lambda self, data: turned)
    visitor.open("/try")
    file = {"name": "seven.jpg", "mimeType": "image/jpeg", "buffer": photo}
    visitor.page.set_input_files("#file", file)
    visitor.wait_until("() => document.getElementById('words').textContent.includes('turned')")
    assert visitor.page.inner_text("#words").endswith("read turned left by 90°, 88 % sure")


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
