"""The review in a browser: keys, undo, what is not saved yet, two at once."""

import json
import re
import time

from sqlalchemy import select

from model.database import Database
from model.review import claim
from model.tables import NOT_A_DIGIT, LabelEvent, Sample
from tests.browser.conftest import Desk
from tests.filling import Store
from tests.patience import wait_until


def labels(database: Database) -> dict[int, int | None]:
    with database.read() as session:
        return dict(session.execute(select(Sample.id, Sample.operator_label)).all())


def wait_for_saving(desk: Desk) -> None:
    desk.wait_until(
        "() => Object.keys(localStorage).every(key => !key.startsWith('digitbot.review.'))"
    )


def shown(desk: Desk) -> int:
    return int(re.search(r"/samples/(\d+)$", desk.page.get_attribute("#page", "href"))[1])


def begin(desk: Desk) -> None:
    """Open the review and wait until the next samples are on their way."""
    with desk.page.expect_response("**/review/next**"):
        desk.open("/review")


def decide(desk: Desk, *keys: str) -> list[int]:
    """Press each key once there is a sample to decide; return the samples."""
    decided = []
    for key in keys:
        desk.page.wait_for_selector("#review:not([hidden])")
        decided.append(shown(desk))
        desk.press(key)
    return decided


def test_each_key_is_one_decision(desk: Desk, ids: list[int], database: Database):
    begin(desk)
    assert shown(desk) == ids[4]
    order = decide(desk, "7", "Enter", "x", "f", " ")
    desk.page.wait_for_selector("#finished:visible")
    wait_for_saving(desk)
    assert sorted(order) == ids
    found = labels(database)
    assert [found[sample_id] for sample_id in order] == [7, 3, NOT_A_DIGIT, None, None]
    with database.read() as session:
        flagged = session.scalars(select(Sample.id).where(Sample.flagged_at.is_not(None))).all()
    assert flagged == [order[3]]
    desk.press(*["Backspace"] * 5)
    assert shown(desk) == order[0]
    wait_for_saving(desk)
    assert set(labels(database).values()) == {None}
    with database.read() as session:
        assert session.scalar(select(Sample.id).where(Sample.flagged_at.is_not(None))) is None


def test_who_can_not_see_the_sample_is_told_of_it(desk: Desk, ids: list[int]):
    """In a region that a screen reader reads out by itself when it changes."""
    begin(desk)
    first = desk.page.text_content("#now")
    decide(desk, "7")
    second = desk.page.text_content("#now")
    assert first != second
    assert re.fullmatch(
        r"Sample \d+: read as \d, \d+ % sure; the sender (said nothing|says .*)\.", second
    )
    assert desk.page.get_attribute("#now", "role") == "status"


def test_what_another_operator_looks_at_still_waits(desk: Desk, ids: list[int], database: Database):
    with database.write() as session:
        claim(session, "somebody else", ids[:2])
    begin(desk)
    decide(desk, *"777")
    desk.page.wait_for_selector("#finished:visible")
    assert desk.page.inner_text("#left") == "2 left"
    assert desk.page.inner_text("#finished h2") == "Nothing further down"
    assert "another operator has on the screen" in desk.page.inner_text("#finished-words")


def test_undo_goes_on_after_a_reload(desk: Desk, ids: list[int], database: Database):
    begin(desk)
    order = decide(desk, "4", "f", "4")
    wait_for_saving(desk)
    begin(desk)
    for sample_id in order[::-1]:
        with desk.page.expect_response("**/review/undo*"):
            desk.press("Backspace")
        desk.wait_until(
            "id => document.getElementById('page').href.endsWith(`/samples/${id}`)", sample_id
        )
    assert set(labels(database).values()) == {None}
    with database.read() as session:
        assert len(session.scalars(select(LabelEvent)).all()) == 3  # the log keeps them


def fail_to_save(desk: Desk, *keys: str) -> None:
    """Press keys while the server can't be reached, until `answer_again`.

    Not even for the next samples: when those come, the page sends at once what is not saved.
    """
    desk.page.route("**/review/*", lambda route: route.abort())
    decide(desk, *keys)
    desk.page.wait_for_selector("#unsaved:visible")


def answer_again(desk: Desk) -> None:
    desk.page.unroute("**/review/*")


def the_rest_went_well(desk: Desk) -> None:
    assert all("ERR_FAILED" in problem for problem in desk.problems)
    desk.problems.clear()


def test_what_could_not_be_saved_is_told_and_sent_again_by_a_press(
    desk: Desk, ids: list[int], database: Database
):
    desk.page.clock.install()
    begin(desk)
    desk.page.clock.pause_at(time.time() + 60)  # from here on nothing is sent again by itself
    first = shown(desk)
    fail_to_save(desk, "3", "3")
    desk.page.wait_for_selector(
        "#unsaved-words:has-text('2 not saved yet')"
    )  # nothing is under way
    assert labels(database)[first] is None
    answer_again(desk)
    desk.page.click("#retry")
    wait_for_saving(desk)
    assert labels(database)[first] == 3
    desk.page.wait_for_selector("#unsaved", state="hidden")
    the_rest_went_well(desk)


def test_what_could_not_be_saved_is_sent_again_by_itself(
    desk: Desk, ids: list[int], database: Database
):
    begin(desk)
    first = shown(desk)
    fail_to_save(desk, "3")
    answer_again(desk)
    wait_for_saving(desk)
    assert labels(database)[first] == 3
    the_rest_went_well(desk)


def test_one_that_is_refused_takes_no_other_with_it(desk: Desk, ids: list[int], database: Database):
    """Both were written down by an earlier page, and are sent together."""
    begin(desk)
    for number, sample in enumerate(["no number", ids[0]]):
        decision = {"sample": sample, "cause": f"earlier-page-{number}", "label": 6}
        desk.page.evaluate(
            "([key, decision]) => localStorage.setItem(key, decision)",
            [f"digitbot.review.{number:015}.000000.x", json.dumps(decision)],
        )
    desk.page.reload()
    wait_until(lambda: labels(database)[ids[0]] == 6)
    wait_for_saving(desk)
    assert all("422" in problem for problem in desk.problems)
    desk.problems.clear()


def test_it_works_without_scripts(browser, desk: Desk, ids: list[int], database: Database):
    cookies = desk.page.context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{desk.address}/review")
    page.click("button[name=label][value='8']")
    page.click("text=Skip")
    page.click("#accept")
    page.click("text=Undo")
    page.click("text=Grid")
    assert page.inner_text("h1").startswith("Read as")
    context.close()
    assert list(labels(database).values()).count(8) == 1


def test_keys_are_told_and_drawers_close(desk: Desk, ids: list[int]):
    begin(desk)
    for key, drawer in (("?", "#help"), ("/", "#filter")):
        assert desk.page.get_attribute(drawer, "open") is None
        desk.press(key)
        assert desk.page.get_attribute(drawer, "open") is not None
        assert desk.page.evaluate(
            f"document.querySelector('{drawer}').contains(document.activeElement)"
        )
        desk.press("Escape")
        assert desk.page.get_attribute(drawer, "open") is None
    assert shown(desk) == ids[4]  # and a digit chosen in the filter is no decision
    desk.press("/", "3")
    assert shown(desk) == ids[4]


def test_the_grid(desk: Desk, store: Store, database: Database):
    person = store.contributor(5)
    sevens = [store.photo(person, [7], confidence=0.9 - n / 100)[0] for n in range(6)]
    begin(desk)
    desk.press("g")
    desk.page.wait_for_url("**/grid?digit=7")
    assert desk.page.locator(".grid li").count() == 6
    desk.press("ArrowRight", " ", "ArrowRight", "ArrowRight", " ")  # the first and the third
    desk.page.locator(".grid li").nth(4).click()
    assert desk.page.locator(".grid :checked").count() == 3
    with desk.page.expect_navigation():
        desk.press("Enter")
    accepted = [label for label in labels(database).values() if label == 7]
    assert len(accepted) == 3
    assert [labels(database)[sevens[place]] for place in (0, 2, 4)] == [None] * 3
    with desk.page.expect_navigation():
        desk.press("Backspace")
    assert set(labels(database).values()) == {None}
    with desk.page.expect_navigation():
        desk.press("3")
    assert desk.page.inner_text("h1").startswith("Read as 3")
    desk.press("g")
    desk.page.wait_for_url("**/review")
