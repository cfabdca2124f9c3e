"""Every page as people find it: for everybody, as wide as the window, names only ever text."""

from importlib import resources

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from model.database import Database, utc_now
from model.originals import drop_originals
from tests.admin.test_hostile_names import NO_PAGES
from tests.browser.conftest import WIDTHS, Desk
from tests.browser.hostile import PAGES, fill
from tests.browser.layout import FOCUS_UNSEEN, OVERLAPS, STRETCHED
from tests.filling import Store

axe = pytest.importorskip(
    "axe_playwright_python", reason="the accessibility tests need axe-core: make test installs it"
)
AXE = resources.files(axe).joinpath("axe.min.js").read_text(encoding="utf-8")

ELSEWHERE = {"review.send_next"}
"""What the review fetches is seen as it shows it, in test_states.py."""

SCHEMES = {
    "light": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},  # only colours change
}

CAUGHT = """() =>
  document.title.includes("caught") || document.querySelector("img[src='x'], script:not([src])")"""
"""Whether something hostile was taken for more than text; our own scripts are files."""

UNREAD = """names => {
  const elements = [...document.querySelectorAll("body *")];
  const said = elements.flatMap((one) => [...one.attributes].map((each) => each.value));
  said.push(document.body.textContent);
  return names.filter((name) => !said.some((text) => text.includes(name)));
}"""
"""Returns the names that stand nowhere on a page, letter by letter, as text or in an attribute."""

ASK = "options => axe.run(document, options).then(found => found.violations)"


@pytest.fixture
def named(store: Store, database: Database) -> None:
    """Rows with hostile names."""
    fill(database, store)


def check(desk: Desk, path: str) -> None:
    """Fail where a page does: hostile text, how it is laid out, axe-core's rules."""
    page = desk.page
    assert not page.evaluate(CAUGHT), path
    check_layout(desk, path)
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        violations = [
            (rule["id"], node["html"], node["failureSummary"])
            for rule in page.evaluate(ASK, {"resultTypes": ["violations"], **rules})
            for node in rule["nodes"]
        ]
        desk.looked_at.append((path, len(violations)))
        assert violations == [], (path, scheme)


def check_layout(desk: Desk, path: str) -> None:
    """Fail where a page is wider than the window, or something on it lies on something else."""
    desk.page.wait_for_load_state()  # after a press the words may be there before the style sheet
    width = desk.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{path} is {width} pixels wider than the window"
    assert desk.page.evaluate(OVERLAPS) == [], path


def check_both(desk: Desk, path: str) -> None:
    """Check a page as a phone and as a laptop show it, and leave it at the latter's width."""
    for width, height in WIDTHS.values():
        desk.page.set_viewport_size({"width": width, "height": height})
        check(desk, path)


def page_of(app: Flask, path: str) -> str | None:
    """Return which page an address is of, None for one that there is not."""
    try:
        return app.url_map.bind("").match(path.split("?")[0])[0]
    except NotFound:
        return None


def test_every_page_is_listed(app: Flask):
    rules = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert {page_of(app, path) for path in PAGES} == {*rules, None} - NO_PAGES - ELSEWHERE


@pytest.mark.usefixtures("named")
def test_every_page_is_for_everybody(desk: Desk):
    for path, names in PAGES.items():
        desk.open(path)
        assert desk.page.evaluate(UNREAD, list(names)) == [], path
        check(desk, path)
        desk.press("Tab")  # whoever uses the keyboard is shown the focus
        assert desk.page.evaluate(FOCUS_UNSEEN) == [], path
        desk.problems[:] = [said for said in desk.problems if "404" not in said]


@pytest.mark.usefixtures("named")
def test_pages_of_a_deleted_photo_too(desk: Desk, database: Database):
    with database.write() as session:
        drop_originals(session, utc_now())
    for path in ("/review", "/samples/1", "/photos/1"):
        desk.open(path)
        desk.page.wait_for_selector(".no-original")
        check(desk, path)


@pytest.mark.usefixtures("named")
def test_open_drawers_too(desk: Desk):
    desk.open("/review")
    for drawer in ("#help", "#filter"):
        desk.page.evaluate("id => document.querySelector(id).open = true", drawer)
    check(desk, "/review")


def test_the_login(visitor: Desk):
    visitor.open("/login")
    check(visitor, "/login")
    visitor.page.fill("#password", "wrong")
    visitor.press("Enter")
    visitor.page.wait_for_selector(".problem")
    check(visitor, "/login")
    visitor.problems[:] = [said for said in visitor.problems if "403" not in said]
    visitor.log_in()
    check(visitor, "/ before the first photo")


@pytest.mark.usefixtures("named")
def test_the_focus_is_seen(desk: Desk):
    for path in ("/review", "/samples", "/grid?digit=7"):
        desk.open(path)
        for _ in range(12):
            desk.press("Tab")
            shown = desk.page.evaluate(
                """() => {
                  const element = document.activeElement;
                  const near = [element, element.parentElement, element.nextElementSibling];
                  return near.filter(Boolean).map((one) => getComputedStyle(one)).some((style) =>
                    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
                }"""
            )
            assert shown, desk.page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("width", ["laptop"], indirect=True)
@pytest.mark.usefixtures("named")
def test_widths_between_a_phone_and_a_laptop(desk: Desk):
    """On both sides of where two columns become one, and where two are narrowest with room."""
    for path in PAGES:
        desk.open(path)
        for width in (600, 736, 737, 900):
            desk.page.set_viewport_size({"width": width, "height": 1000})
            check_layout(desk, f"{path} at {width}")
    desk.problems[:] = [said for said in desk.problems if "404" not in said]


@pytest.mark.parametrize("width", ["wide"], indirect=True)
@pytest.mark.usefixtures("named")
def test_a_very_wide_window(desk: Desk, width: tuple[int, int]):
    for path in PAGES:
        desk.open(path)
        check(desk, path)
        main = desk.page.locator("main").bounding_box()
        assert main["width"] <= 1300, path  # lines stay short enough to read
        assert abs(main["x"] + main["width"] / 2 - width[0] / 2) < 20, path
        assert desk.page.evaluate(STRETCHED, 750) == [], path
    desk.problems[:] = [said for said in desk.problems if "404" not in said]
