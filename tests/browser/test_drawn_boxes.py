"""The boxes of a photo: by mouse, by finger and by keyboard."""

import pytest
from sqlalchemy import select

from model.database import Database, utc_now
from model.originals import drop_originals
from model.recognizer import Recognizer
from model.tables import NOT_A_DIGIT, Sample
from tests.browser.conftest import Desk
from tests.browser.fingers import drag_finger
from tests.filling import Store, drawn_photo

PHOTO = drawn_photo("7", size=(320, 240))


def labels(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(Sample.operator_label).order_by(Sample.id)))


def wait_for(desk: Desk, words: str) -> None:
    desk.wait_until("words => document.getElementById('told').textContent.includes(words)", words)


def test_boxes_are_fixed_taken_away_and_drawn(
    desk: Desk, store: Store, database: Database, recognizer: Recognizer
):
    store.photo(store.contributor(5), [1, 2], PHOTO)
    (found,) = recognizer.read(PHOTO).digits
    desk.open("/photos/1")
    desk.press("8")
    wait_for(desk, "Saved: 8")  # and the next box is chosen
    desk.press("x")
    wait_for(desk, "Saved: not a digit")
    assert labels(database) == [8, NOT_A_DIGIT]
    with desk.page.expect_navigation():
        desk.press("Backspace")
    assert labels(database) == [8, None]

    frame = desk.page.locator("#photo image").bounding_box()
    scale = frame["width"] / 320
    x0, y0, x1, y1 = (scale * side for side in found.box)
    mouse, left, top = desk.page.mouse, frame["x"], frame["y"]
    corner = (left + max(x0 - 6, 1), top + y1 + 6)  # inside the first box: that is chosen
    mouse.move(*corner)
    mouse.down()
    mouse.move(left + x1 + 6, top + y0 - 6, steps=5)
    mouse.up()
    desk.page.wait_for_selector("#sample-3[aria-current]")
    desk.press("7")
    wait_for(desk, "Saved: 7")
    assert labels(database) == [8, None, 7]

    desk.press("ArrowLeft", "Delete")
    wait_for(desk, "The reader found this box")
    desk.press("ArrowRight")
    with desk.page.expect_navigation():
        desk.press("Delete")
    assert desk.page.locator("#photo rect[data-sample]").count() == 2
    with desk.page.expect_navigation():
        desk.page.click("#undo-button")
    assert desk.page.locator("#photo rect[data-sample]").count() == 3
    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name="Delete box 3").click()
    assert "The box is deleted" in desk.page.text_content("main")
    assert labels(database) == [8, None, None]


@pytest.mark.parametrize("touched", [True], ids=["finger"])
def test_a_box_is_drawn_with_a_finger(desk: Desk, store: Store):
    store.photo(store.contributor(5), [], PHOTO)
    desk.open("/photos/1")
    frame = desk.page.locator("#photo image").bounding_box()
    x, y = frame["x"] + 4, frame["y"] + 4
    points = [(x, y), (x + frame["width"] / 2, y + frame["height"] / 2)]
    points.append((frame["x"] + frame["width"] - 4, frame["y"] + frame["height"] - 4))
    drag_finger(desk.page, points)
    desk.page.wait_for_selector("#sample-1[aria-current]")


def test_a_box_is_drawn_with_the_keyboard(desk: Desk, store: Store):
    store.photo(store.contributor(5), [], PHOTO)
    desk.open("/photos/1")
    desk.press("a", "ArrowRight", "Shift+ArrowDown", "Escape")
    assert desk.page.get_attribute("#drawn", "width") == "0"
    desk.press("a", *["Shift+ArrowDown"] * 10, *["Shift+ArrowRight"] * 10, *["ArrowLeft"] * 50)
    desk.press(*["ArrowUp"] * 25)
    desk.press("Enter")
    desk.page.wait_for_selector("#sample-1[aria-current]")


def test_where_the_photo_is_deleted_digits_are_still_said(
    desk: Desk, store: Store, database: Database
):
    person = store.contributor(5)
    store.photo(person, [4, 2], PHOTO)
    with database.write() as session:
        drop_originals(session, utc_now())
    store.photo(person, [7], PHOTO)
    desk.open("/photos/1")
    desk.press("7")
    wait_for(desk, "Saved: 7")
    desk.press("a")
    wait_for(desk, "no new box can be read")
    box = desk.page.locator("#photo").bounding_box()
    desk.page.mouse.move(box["x"] + 20, box["y"] + 20)
    desk.page.mouse.down()
    desk.page.mouse.move(box["x"] + 80, box["y"] + 80)
    assert desk.page.get_attribute("#drawn", "width") == "0"
    desk.page.mouse.up()
    assert labels(database) == [7, None, None]


def test_the_review_says_of_each_photo_whether_it_is_deleted(
    desk: Desk, store: Store, database: Database
):
    person = store.contributor(5)
    (gone,) = store.photo(person, [4], PHOTO, confidence=0.6)
    with database.write() as session:
        drop_originals(session, utc_now())
    store.photo(person, [7], PHOTO)
    with desk.page.expect_response("**/review/next**"):
        desk.open("/review")
    said = desk.page.locator(".no-original")
    assert desk.page.get_attribute("#page", "href") == f"/samples/{gone}"
    assert said.is_visible()
    desk.press("Enter")
    desk.page.wait_for_selector("#page[href='/samples/2']")
    assert not said.is_visible()
