"""What a browser keeps of the pictures: none is sent twice for it, and at logout all are gone."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response, request, request_finished

from tests.browser.conftest import Desk
from tests.browser.test_review_keys import begin, decide, wait_for_saving
from tests.filling import Store, drawn_photo

KEPT = """async address => {
  const asked = fetch(address, { cache: "only-if-cached", mode: "same-origin" });
  return asked.then((answer) => answer.ok, () => false);
}"""
"""Returns whether the browser keeps something, without asking the server."""

pytestmark = pytest.mark.parametrize("width", ["laptop"], indirect=True)


@pytest.fixture
def sent(app: Flask) -> Iterator[list[tuple[str, int]]]:
    """What pictures the server was asked for, and how it answered."""
    asked: list[tuple[str, int]] = []

    def note(_: Flask, response: Response) -> None:
        if request.endpoint in ("samples.picture", "samples.photo"):
            asked.append((request.path, response.status_code))

    with request_finished.connected_to(note, app):
        yield asked


def test_the_review_asks_for_each_picture_once(
    desk: Desk, store: Store, sent: list[tuple[str, int]]
):
    person = store.contributor(5)
    for digit in range(1, 6):
        store.photo(person, [digit], drawn_photo(str(digit)))
    begin(desk)
    desk.page.wait_for_load_state("networkidle")
    memory = desk.page.context.new_cdp_session(desk.page)
    for key in "12345":
        memory.send("HeapProfiler.collectGarbage")  # whatever nobody holds is gone
        decide(desk, key)
    wait_for_saving(desk)
    desk.page.wait_for_load_state("networkidle")
    pictures = [f"/photos/{n}.jpg" for n in range(1, 6)]
    pictures += [f"/samples/{n}.png" for n in range(1, 6)]
    assert sorted(sent) == [(address, 200) for address in pictures]


def test_nothing_is_kept_when_the_operator_has_left(desk: Desk, store: Store):
    store.photo(store.contributor(5), [7])
    desk.open("/samples/1")
    desk.page.wait_for_load_state("networkidle")
    assert kept(desk) == [True, True]
    cookies = desk.page.context.cookies()
    with desk.page.expect_navigation():
        desk.page.click("text=Log out")
    desk.page.context.add_cookies(cookies)  # what is kept is found with the same cookie only
    assert kept(desk) == [False, False]
    assert all("CACHE_MISS" in said for said in desk.problems)
    desk.problems.clear()


def kept(desk: Desk) -> list[bool]:
    return [desk.page.evaluate(KEPT, path) for path in ("/samples/1.png", "/photos/1.jpg")]
