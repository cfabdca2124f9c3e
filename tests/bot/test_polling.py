"""Fetching updates: nothing is confirmed before it is stored, and no trouble becomes a frenzy."""

import asyncio
import re
import time
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

import pytest
from sqlalchemy import func, select
from telegram.error import NetworkError

from bot import shared_inbox
from bot.languages import ENGLISH
from bot.polling import Poller, Trouble
from bot.shared_inbox import SharedInbox, Stored
from bot.timing import DEFAULT_TIMING
from model.tables import InboxUpdate, Photo
from tests.bot.chosen_reader import Halted, made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Sender
from tests.patience import wait_until

Log = pytest.LogCaptureFixture


def is_served(sender: Sender) -> bool:
    sender.text("are you there?")
    return bool(sender.wait_answer(lambda m: m.text == ENGLISH.send_a_photo))


def test_updates_are_confirmed_only_after_they_are_stored(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed_early = []
    store = Poller.store

    def store_slowly(self: Poller, updates: list[Any]) -> Stored:
        polls = len(api.calls_of("getUpdates"))
        time.sleep(0.2)
        confirmed_early.append(len(api.calls_of("getUpdates")) != polls)
        return store(self, updates)

    monkeypatch.setattr(Poller, "store", store_slowly)
    with stopped_bot.running():
        assert is_served(ann)
        api.wait_confirmed()
    assert confirmed_early == [False]


@pytest.mark.parametrize(
    ("status", "description", "said"),
    [
        (500, "Internal Server Error", "Internal Server Error"),
        (502, "Bad Gateway", "Bad Gateway"),
        (409, "Conflict: terminated by other getUpdates request", "another program fetches"),
        (401, "Unauthorized", "is TELEGRAM_BOT_TOKEN right"),
    ],
)
def test_refusals_are_logged_and_tried_again_with_growing_pauses(
    api: BotApi,
    ann: Sender,
    stopped_bot: RunningBot,
    heard: Log,
    status: int,
    description: str,
    said: str,
) -> None:
    api.faults.error("getUpdates", status, description, times=4)
    with stopped_bot.running():
        assert is_served(ann)
    longest = FAST.refused_pause if status in (401, 409) else FAST.longest_pause
    expected = list(islice(FAST.pauses(longest), 4))
    assert expected[0] < expected[1] < expected[2]
    assert re.findall(r"Next try in (.+) s", heard.text) == [f"{pause:.1f}" for pause in expected]
    times = [call.time for call in api.calls_of("getUpdates")][:5]
    pauses = [after - before for before, after in pairwise(times)]
    assert all(pause >= least for pause, least in zip(pauses, expected, strict=True))
    assert said in heard.text
    assert "It works again." in heard.text


def test_minutes_of_an_outage_are_a_few_calls_and_its_end_is_soon_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the bot's own patience, in time that is counted and not waited for."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def sit_out(seconds: float) -> None:
        trouble = Trouble(DEFAULT_TIMING)
        while sum(slept) < seconds and len(slept) < 1000:
            await trouble.wait(NetworkError("no route to host"))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(sit_out(300))
    assert len(slept) < 30
    assert max(slept) <= 15


def test_a_gateways_page_instead_of_json_is_survived(
    api: BotApi, ann: Sender, stopped_bot: RunningBot
) -> None:
    api.faults.error("getUpdates", 200, body=b"<html>welcome to the hotel</html>", times=2)
    api.faults.error("getUpdates", 200, body=b'{"ok": true, "result": 7}', times=1)
    with stopped_bot.running():
        assert is_served(ann)


def refused(api: BotApi) -> int:
    return sum(call.status == 401 for call in api.calls)


@pytest.mark.parametrize("fault", ["drop", "lose_answer"])
def test_a_batch_that_is_lost_comes_again(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, fault: str
) -> None:
    getattr(api.faults, fault)("getUpdates", times=3)
    with stopped_bot.running():
        answer = ann.wait_answer(to=ann.photo(made_photo("7")))
        assert is_served(ann)
    assert sum(bool(m.photo) for m in api.messages(ann.chat_id)) == 1
    assert answer.photo


def test_a_wait_that_telegram_asks_for_is_kept(
    api: BotApi, ann: Sender, stopped_bot: RunningBot
) -> None:
    api.faults.flood("getUpdates", retry_after=1)
    with stopped_bot.running():
        assert is_served(ann)
    first, second = [call.time for call in api.calls_of("getUpdates")][:2]
    assert second - first >= 1


def test_a_revoked_token_stops_nothing_for_good(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, heard: Log
) -> None:
    with stopped_bot.running():
        assert is_served(ann)
        api.revoke_token()
        ann.text("while it is revoked")
        wait_until(lambda: refused(api) > 0)
        time.sleep(0.5)
        assert refused(api) < 15, "calls are slowed: a frenzy would make hundreds"
        api.restore_token()
        ann.wait_answer()
    assert "is TELEGRAM_BOT_TOKEN right" in heard.text


def test_a_wrong_token_at_the_start_is_said_plainly(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, heard: Log
) -> None:
    api.revoke_token()
    with stopped_bot.running():
        wait_until(lambda: refused(api) > 0)
        api.restore_token()
        assert is_served(ann)
    assert "is TELEGRAM_BOT_TOKEN right" in heard.text


def test_ids_may_jump_back(api: BotApi, ann: Sender, stopped_bot: RunningBot) -> None:
    with stopped_bot.running(replace(FAST, long_poll=1)):
        assert is_served(ann)
        for by in (1_000_000, 3):  # a small jump is mistaken for old updates, if an offset is sent
            api.wait_confirmed()
            polls = len(api.calls_of("getUpdates"))
            api.wait_call(
                "getUpdates",
                lambda call, polls=polls: (
                    call in api.calls_of("getUpdates")[polls:] and "offset" not in call.parameters
                ),
            )
            api.jump_back(by)
            assert is_served(ann)


def test_resent_updates_are_taken_once_and_do_not_make_a_frenzy(
    api: BotApi, ann: Sender, stopped_bot: RunningBot
) -> None:
    with stopped_bot.running():
        ann.wait_answer(to=ann.photo(made_photo("7")))
        old = ann.last_update_id
        assert old is not None
        assert is_served(ann)
        api.jump_back()
        before = len(api.calls_of("getUpdates"))
        api.resend(old)  # its id is far ahead now, so that it can't be confirmed
        assert is_served(ann)
        time.sleep(0.5)
        assert len(api.calls_of("getUpdates")) - before < 20
    with stopped_bot.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == 1
        assert session.scalar(select(func.count()).select_from(InboxUpdate)) == 3


def test_a_webhook_left_behind_is_removed(
    api: BotApi, ann: Sender, stopped_bot: RunningBot
) -> None:
    api.webhook.set("https://old.example/hook", "", 1)
    with stopped_bot.running():
        assert is_served(ann)
    assert api.webhook.url == ""


def test_a_full_inbox_leaves_what_comes_with_telegram_until_there_is_room(
    api: BotApi, stopped_bot: RunningBot, heard: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is lost by that, and it is said once."""
    monkeypatch.setattr(shared_inbox, "LOOK_AGAIN", 0.05)
    monkeypatch.setattr(SharedInbox.__init__, "__defaults__", (3,))
    people = [api.sender(name=f"Person {number}") for number in range(5)]
    early = [person.photo(made_photo("7", serial=n)) for n, person in enumerate(people)]
    reader = Halted()
    with stopped_bot.running(reader=reader):
        wait_until(lambda: "The inbox is full" in heard.text)
        late = [person.photo(made_photo("8", serial=n)) for n, person in enumerate(people)]
        polls = len(api.calls_of("getUpdates"))
        time.sleep(0.5)
        assert len(api.calls_of("getUpdates")) == polls
        reader.go_on.set()
        for photos in (early, late):
            for person, photo in zip(people, photos, strict=True):
                person.wait_answer(to=photo)
    assert heard.text.count("The inbox is full") == 1
