"""Pages as work leaves them: nothing left, undone, not saved, a notice; for everybody as ever."""

import pytest

from model import sources
from tests.browser.conftest import Desk
from tests.browser.hostile import PERSON, SOURCE
from tests.browser.test_pages import check, named
from tests.browser.test_review_keys import (
    answer_again,
    begin,
    fail_to_save,
    the_rest_went_well,
    wait_for_saving,
)

__all__ = ["named"]  # a fixture
pytestmark = pytest.mark.usefixtures("named")


def test_the_review_to_its_end_and_back(desk: Desk):
    begin(desk)
    for _ in range(3):
        desk.page.wait_for_selector("#review:not([hidden])")
        assert PERSON in desk.page.inner_text("#contributor")  # later ones come by script
        desk.press("Enter")
    desk.page.wait_for_selector("#finished:visible")
    wait_for_saving(desk)
    check(desk, "/review when all is reviewed")
    desk.press("Backspace")
    desk.page.wait_for_selector("#last:has-text('again')")
    check(desk, "/review after an undo")
    desk.press("Enter")
    wait_for_saving(desk)
    for path in ("/", "/grid?digit=7"):
        desk.open(path)
        check(desk, f"{path} when all is reviewed")


def test_what_is_not_saved(desk: Desk):
    begin(desk)
    fail_to_save(desk, "3")
    check(desk, "/review with what is not saved")
    answer_again(desk)
    wait_for_saving(desk)
    the_rest_went_well(desk)


def test_a_notice_with_a_name(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "start_process", lambda *_: None)  # it stays on its way
    desk.open("/export")
    desk.page.click("text=Remove")
    desk.page.click("text=Delete it")
    assert desk.page.inner_text(".note").startswith(f"{SOURCE} is being deleted.")
    desk.page.click("text=Stands still?")
    check(desk, "/export while an import is removed")
