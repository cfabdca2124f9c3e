"""Every page as people find it: for everybody, as wide as the window, names only ever text."""

from importlib import resources

import pytest

from model.boxes import add_box
from model.database import Database, utc_now
from model.labels import label_sample
from model.originals import drop_originals
from model.samples import find_kept_photo, find_kept_sample
from model.sources import NO_BOT
from model.tables import Contributor, Labeller, Which
from model.versions import freeze_version
from tests.browser.conftest import Desk
from tests.filling import Store, made_reading

axe = pytest.importorskip(
    "axe_playwright_python", reason="the accessibility tests need axe-core: make test installs it"
)
AXE = resources.files(axe).joinpath("axe.min.js").read_text(encoding="utf-8")

SCHEMES = {
    "light": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},  # only colours change
}
ASK = "options => axe.run(document, options).then(found => found.violations)"

PAGES = [
    "/", "/review", "/review?predicted=3", "/grid?digit=7", "/samples", "/samples?label=9",
    "/samples/1", "/photos/1",
    "/agreement", "/export", "/weights", "/people", "/aside", "/try", "/privacy", "/nowhere",
]  # fmt: skip

HOSTILE = (
    "<script>document.title='caught'</script>"
    """"><img src=x onerror="document.title='caught'">{{ 7 * 7 }}"""
)


@pytest.fixture
def named(store: Store, database: Database) -> None:
    """Samples of somebody with a hostile name, one of them labelled."""
    person = store.contributor(5, name=HOSTILE)
    one, _ = store.photo(person, [7, 3])
    store.photo(store.contributor(6, name="\u202egnp.exe" + "a" * 500), [7])
    with database.write() as session:
        sample = find_kept_sample(session, one)
        label_sample(session, sample, 9, Labeller.SENDER)
        label_sample(session, sample, 7, Labeller.OPERATOR)
        digit = made_reading([1, 2, 3]).digits[2]
        add_box(session, find_kept_photo(session, 1), digit, "weights", "ada")
        freeze_version(session, Which.ALL)
        other = session.get_one(Contributor, 2)
        other.bot_id, other.source = NO_BOT, HOSTILE[:64]


def check(desk: Desk, path: str) -> None:
    """Fail where a page does: hostile text, something wider than the window, axe-core's rules."""
    page = desk.page
    assert "caught" not in page.title(), path
    assert page.locator("img[src='x']").count() == 0, path
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{path} is {width} pixels wider than the window"
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


@pytest.mark.usefixtures("named")
def test_every_page_is_for_everybody(desk: Desk):
    for path in PAGES:
        desk.open(path)
        check(desk, path)
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


@pytest.mark.usefixtures("named")
def test_a_very_wide_window(browser, desk: Desk):
    desk.page.set_viewport_size({"width": 2560, "height": 1300})
    for path in PAGES[:8]:
        desk.open(path)
        main = desk.page.locator("main").bounding_box()
        assert main["width"] <= 1300, path  # lines stay short enough to read
        assert abs(main["x"] + main["width"] / 2 - 1280) < 20, path
    desk.problems[:] = [said for said in desk.problems if "404" not in said]
