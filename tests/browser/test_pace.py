"""How fast the review goes: from a key to the next sample, as the operator sees it."""

import statistics

import pytest

from tests.browser.conftest import Desk
from tests.browser.test_review_keys import begin, wait_for_saving
from tests.filling import Store, drawn_photo

PRESSES = 60
EACH = 900
"""Milliseconds a decision may take: a thousand of them fill 15 minutes."""

WATCH = """() => {
  window.waits = [];
  const picture = document.getElementById("image");
  document.addEventListener("keydown", async () => {
    const began = performance.now(), before = document.getElementById("page").href;
    const frame = () => new Promise(requestAnimationFrame);
    const photo = new Image();
    while (document.getElementById("page").href === before || !picture.complete) await frame();
    photo.src = document.querySelector("#crop image").getAttribute("href");
    await photo.decode();
    await frame();
    window.waits.push(performance.now() - began);
  }, true);
}"""
"""Notes for each key how long it takes until another sample is there with both of its pictures."""


@pytest.mark.parametrize("width", ["laptop"], indirect=True)
def test_a_thousand_samples_take_less_than_a_quarter_of_an_hour(
    desk: Desk, store: Store, request: pytest.FixtureRequest
):
    person = store.contributor(5)
    for number in range(PRESSES + 1):
        store.photo(person, [number % 10], drawn_photo(str(number % 10), (1280, 960)))
    begin(desk)
    desk.page.evaluate(WATCH)
    for number in range(PRESSES):
        desk.press("Enter")
        desk.wait_until("count => window.waits.length === count", number + 1)
    wait_for_saving(desk)
    waits = sorted(desk.page.evaluate("window.waits"))
    assert waits[int(0.95 * PRESSES)] < EACH / 3  # the rest is the operator's, to look and decide
    request.node.user_properties.append(("pace", (statistics.median(waits), waits[-3])))
