"""Drawing with mouse and finger."""

from tests.browser.conftest import Desk


def test_drawing_is_read_while_it_is_drawn(visitor: Desk):
    page = visitor.page
    visitor.open("/try")
    frame = page.locator("#paper").bounding_box()
    middle = frame["x"] + frame["width"] / 2
    if page.evaluate("navigator.maxTouchPoints > 0"):
        draw_with_finger(page, middle, frame["y"] + 40, frame["height"] - 80)
    else:
        page.mouse.move(middle, frame["y"] + 40)
        page.mouse.down()
        page.mouse.move(middle, frame["y"] + frame["height"] - 40, steps=8)
        page.mouse.up()
    visitor.wait_until("() => /^\\d+$/.test(document.getElementById('read').textContent)")
    assert "% sure" in page.inner_text("#words")
    assert page.locator(".card").count() >= 1
    page.click("#back")
    visitor.wait_until("() => document.getElementById('read').textContent === '–'")


def draw_with_finger(page, x: float, top: float, height: float) -> None:
    """Send the touches of one stroke; Playwright's own touchscreen can only tap."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: float) -> None:
        at = [{"x": x, "y": point} for point in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", top)
    for step in range(1, 9):
        touch("touchMove", top + height * step / 8)
    touch("touchEnd")
