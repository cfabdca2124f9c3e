"""What `?` says of the keys is what they do: none is left out, none is made up."""

import string

import pytest

from tests.browser.conftest import Desk
from tests.filling import Store

NAMED = [
    "Enter", "Backspace", "Delete", "Insert", "Tab", "Home", "End", "PageUp", "PageDown",
    "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", *[f"F{n}" for n in range(1, 13)],
]  # fmt: skip
KEYS = [*NAMED, *" !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", *string.digits, *string.ascii_lowercase]

WORDS = {"Space": " ", "⌫": "Backspace", "Del": "Delete", "Esc": "Escape"} | dict(
    zip("←↑↓→", ("ArrowLeft", "ArrowUp", "ArrowDown", "ArrowRight"), strict=True)
)
"""How the help calls keys; others by themselves."""

PRESS = """keys => keys.filter((key) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  return !document.body.dispatchEvent(event);
})"""
"""Presses keys, all at once: none takes effect before the last. Returns those the page takes."""


def told(desk: Desk) -> set[str]:
    """Return the keys that the page's help tells of."""
    words = " ".join(desk.page.locator("#help kbd").all_text_contents())
    words = words.replace("0 … 9", " ".join(string.digits))
    return {WORDS.get(word, word) for word in words.split()}


def taken(desk: Desk) -> set[str]:
    """Return the keys that the page does something at; nothing of it reaches the server."""
    desk.page.route("**/*", lambda route: route.fulfill(status=204))
    return set(desk.page.evaluate(PRESS, KEYS))


@pytest.mark.parametrize("width", ["laptop"], indirect=True)
class TestHelp:
    @pytest.mark.parametrize("path", ["/review", "/grid?digit=7", "/photos/1"])
    def test_tells_of_every_key_and_of_no_other(self, desk: Desk, store: Store, path: str):
        store.photo(store.contributor(5), [7, 7])
        desk.open(path)
        desk.page.wait_for_load_state("networkidle")
        by_the_browser = {" "} if "grid" in path else set()  # it checks the box that has the focus
        assert told(desk) - {"Escape"} - by_the_browser == taken(desk)

    @pytest.mark.parametrize("path", ["/review", "/grid?digit=7", "/photos/1"])
    def test_closes_at_escape_as_it_says(self, desk: Desk, store: Store, path: str):
        store.photo(store.contributor(5), [7])
        desk.open(path)
        assert "Escape" in told(desk)
        for key, is_open in (("?", True), ("Escape", False)):
            desk.press(key)
            desk.wait_until("open => document.getElementById('help').open === open", is_open)

    def test_tells_how_a_new_box_is_moved(self, desk: Desk, store: Store):
        store.photo(store.contributor(5), [7])
        desk.open("/photos/1")
        words = "a new box: arrows move it, with Shift they resize it, Enter reads it"
        assert words in desk.page.text_content("#help")
        desk.press("a")
        assert taken(desk) - told(desk) == {"ArrowUp", "ArrowDown", "Enter"}
