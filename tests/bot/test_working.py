"""What people see while they wait."""

import time
from dataclasses import replace

import pytest

from bot import worker as bot_worker
from bot.timing import DEFAULT_TIMING
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Sender
from tests.patience import PATIENCE

TRIES = 3
"""The fastest one counts: the machine may be busy with other things."""


def test_who_waits_for_a_photo_is_shown_within_a_second_that_it_is_being_worked_on(
    api: BotApi, ann: Sender, stopped_bot: RunningBot
) -> None:
    waited = []
    with stopped_bot.running(replace(FAST, working=DEFAULT_TIMING.working)):
        for serial in range(TRIES):
            api.faults.slow("getFile", PATIENCE)
            photo, sent = ann.photo(made_photo("7", serial=serial)), time.monotonic()
            shown = api.wait_call("sendChatAction", lambda call, sent=sent: call.time > sent)
            waited.append(shown.time - sent)
            asked = api.calls_of("sendPhoto")
            api.faults.clear()
            assert len(asked) == serial, "nothing is said yet"
            assert shown.parameters["action"] == "upload_photo"
            ann.wait_answer(to=photo)
    assert min(waited) < 1


def test_who_need_not_wait_costs_no_call(api: BotApi, ann: Sender, stopped_bot: RunningBot) -> None:
    with stopped_bot.running(replace(FAST, working=PATIENCE)):
        ann.wait_answer(to=ann.photo(made_photo("7")))
    assert api.calls_of("sendChatAction") == []


def test_who_is_shown_it_already_is_not_shown_it_again_until_something_is_said(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two photos stand in line behind one that hangs; all of them are worked on for a while."""
    monkeypatch.setattr(bot_worker, "SIDE_BY_SIDE", 1)
    bob = api.sender(name="Bob")
    api.faults.slow("getFile", 1, times=3)
    with stopped_bot.running():
        first = ann.photo(made_photo("1"))
        api.wait_call("getFile")
        others = [bob.photo(made_photo(digit)) for digit in "23"]
        ann.wait_answer(to=first)
        for photo in others:
            bob.wait_answer(to=photo)
    shown = [
        call.time
        for call in api.calls_of("sendChatAction")
        if call.parameters["chat_id"] == bob.chat_id
    ]
    second, third = (call.time for call in api.calls_of("getFile")[1:])
    assert len(shown) == 2
    assert shown[0] < second < third < shown[1]
