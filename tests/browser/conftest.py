"""A real browser before a real server: Debian's Chromium, driven by Playwright; skipped without."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from admin import create_app
from model.database import Database
from model.recognizer import Recognizer
from model.settings import Settings
from tests.browser.hostile import OPERATOR
from tests.filling import Store, drawn_photo
from tests.patience import PATIENCE
from tests.serving import serving

playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="the browser tests need playwright: make test installs it"
)

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "correct horse"
WIDTHS = {"phone": (390, 844), "laptop": (1280, 800)}
WIDE = {"wide": (2560, 1300)}
"""For tests that ask for it: what there is between a laptop and this is only margin."""


@pytest.fixture(scope="package")
def browser() -> Iterator[object]:
    """One browser for all tests here; Playwright's loop must not run in those that follow."""
    if not CHROMIUM.exists():
        pytest.skip(f"the browser tests need Chromium at {CHROMIUM}: apt-get install chromium")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def app(shared_database: Database, recognizer: Recognizer) -> Flask:
    """An admin page over the tests' database."""
    settings = Settings(admin_password=PASSWORD, developer_info=OPERATOR)
    return create_app(settings, shared_database, recognizer)


@pytest.fixture(scope="package")
def served(app: Flask) -> Iterator[str]:
    """Its address."""
    with serving(app) as server:
        yield f"http://127.0.0.1:{server.port}"


@dataclass
class Desk:
    """An operator's browser: `page` is logged in, `problems` is what it complained of."""

    page: object
    address: str
    problems: list[str]
    looked_at: list[tuple[str, int]] = field(default_factory=list)
    """Each look of axe-core's: the page, and how many violations it found."""

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def wait_until(self, function: str, given: object = None) -> None:
        """Wait until a function of JavaScript says true.

        Playwright's own way evaluates a string in the page, which our policy forbids.
        """
        until = time.monotonic() + PATIENCE
        while not self.page.evaluate(function, given):
            assert time.monotonic() < until, function
            self.page.wait_for_timeout(20)

    def log_in(self) -> None:
        self.open("/login")
        self.page.fill("#password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.address}/")


@pytest.fixture(params=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The size of the window: a phone's and a laptop's, where a test asks for no other."""
    return (WIDTHS | WIDE)[request.param]


@pytest.fixture
def touched(width: tuple[int, int]) -> bool:
    """Whether the window is on a screen for fingers: a phone's, where a test asks for no other."""
    return width[0] < 500


@pytest.fixture
def visitor(
    request: pytest.FixtureRequest,
    browser,
    served: str,
    database: Database,
    width: tuple[int, int],
    touched: bool,
) -> Iterator[Desk]:
    """A browser that nobody has logged in with; fails the test if a script or the policy did."""
    size = {"width": width[0], "height": width[1]}
    context = browser.new_context(viewport=size, has_touch=touched)
    context.set_default_timeout(1000 * PATIENCE)
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on(  # of the context, not of one page: a test may close that and open another
        "console",
        lambda said: problems.append(said.text) if said.type in ("error", "warning") else None,
    )
    desk = Desk(context.new_page(), served, problems)
    yield desk
    request.node.user_properties.append(("axe", desk.looked_at))  # for the summary at the end
    context.close()  # ends its requests: the next test gets a database anew
    time.sleep(0.1)
    assert problems == []


@pytest.fixture
def desk(visitor: Desk) -> Desk:
    """A browser that is logged in."""
    visitor.log_in()
    return visitor


@pytest.fixture
def ids(store: Store) -> list[int]:
    """Five samples of two photos; the last one is the first to be shown."""
    person = store.contributor(5, name="Ada")
    image = drawn_photo("123")
    return [
        *store.photo(person, [1, 2, 3], image),
        *store.photo(person, [7, 7], image, confidence=0.7),
    ]
