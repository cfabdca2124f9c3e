"""Updates are handed out and confirmed as Telegram does."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from telegram.error import Conflict

from tests.bot_api import BotApi, Sender
from tests.bot_api.updates import LONGEST_POLL
from tests.double.asking import ask, post
from tests.patience import PATIENCE, wait_until


class TestUpdates:
    def test_an_offset_confirms_and_forgets(self, api: BotApi, ann: Sender) -> None:
        for text in "abc":
            ann.text(text)
        first = post(api, "getUpdates")[1]["result"]
        assert [u["message"]["text"] for u in first] == ["a", "b", "c"]
        assert post(api, "getUpdates", limit=1)[1]["result"] == first[:1]
        assert post(api, "getUpdates", offset=first[1]["update_id"])[1]["result"] == first[1:]
        assert post(api, "getUpdates")[1]["result"] == first[1:]
        assert post(api, "getUpdates", offset=-1)[1]["result"] == first[2:]
        assert post(api, "getUpdates", offset=first[2]["update_id"] + 1)[1]["result"] == []
        api.wait_confirmed(0)

    def test_a_long_poll_waits_and_wakes_at_once(self, api: BotApi, ann: Sender) -> None:
        began = time.monotonic()
        assert ask(api, lambda bot: bot.get_updates(timeout=1)) == ()
        assert time.monotonic() - began > 0.9
        with ThreadPoolExecutor() as pool:
            polling = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=LONGEST_POLL))
            wait_until(lambda: api.state.queue.polled)
            ann.text("hi")
            (update,) = polling.result(timeout=LONGEST_POLL / 2)
        assert update.message is not None
        assert update.message.text == "hi"

    def test_of_two_pollers_the_older_is_sent_away(self, api: BotApi, ann: Sender) -> None:
        with ThreadPoolExecutor() as pool:
            older = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=10))
            wait_until(lambda: api.state.queue.polled)
            newer = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=10))
            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                older.result(timeout=PATIENCE)
            ann.text("hi")
            assert len(newer.result(timeout=PATIENCE)) == 1

    def test_allowed_updates_hold_until_changed(self, api: BotApi, ann: Sender) -> None:
        post(api, "getUpdates", allowed_updates=["edited_message"])
        ann.edit_text(ann.text("not wanted"), "wanted")
        (update,) = post(api, "getUpdates")[1]["result"]
        assert update["edited_message"]["text"] == "wanted"

    def test_resent_updates_come_despite_the_offset(self, api: BotApi, ann: Sender) -> None:
        ann.text("again")
        assert ann.last_update_id is not None
        after = ann.last_update_id + 1
        assert post(api, "getUpdates", offset=after)[1]["result"] == []
        api.resend(ann.last_update_id)
        assert len(post(api, "getUpdates", offset=after)[1]["result"]) == 1
        assert post(api, "getUpdates", offset=after)[1]["result"] == []

    def test_after_a_jump_back_an_old_offset_confirms_nothing(
        self, api: BotApi, ann: Sender
    ) -> None:
        old = api.inject({})
        post(api, "getUpdates", offset=old + 1)
        api.jump_back()
        ann.text("after a quiet week")
        for _ in range(2):
            (update,) = post(api, "getUpdates", offset=old + 1)[1]["result"]
            assert update["update_id"] < old
        assert post(api, "getUpdates", offset=update["update_id"] + 1)[1]["result"] == []

    def test_an_injected_update_need_not_make_sense(self, api: BotApi) -> None:
        api.inject({"message": {"message_id": "?"}})
        with pytest.raises((KeyError, TypeError)):
            ask(api, lambda bot: bot.get_updates())
