"""Buttons are pressed and answered; tests wait for what comes next."""

import threading

import pytest
from telegram import (
    Bot,
)

from tests.bot_api import BotApi, NoAnswerError, Sender
from tests.double.asking import PICTURE, ask, keyboard, post, refused, say


class TestButtons:
    def test_a_press_is_answered_once_and_in_time(self, api: BotApi, ann: Sender) -> None:
        message = say(api, ann, "4?", reply_markup=keyboard(("Yes, 4", "ok"), ("7", "fix:7")))
        pressed = ann.press(message, "Yes")
        with pytest.raises(LookupError, match="no button '8'"):
            ann.press(message, "8")

        async def work(bot: Bot) -> None:
            (update,) = await bot.get_updates()
            assert update.callback_query is not None
            assert update.callback_query.data == "ok"
            await update.callback_query.answer("saved")
            with refused("query is too old"):
                await update.callback_query.answer("saved")
            late = ann.press(message, "fix:7")
            api.expire_callbacks()
            with refused("query is too old"):
                await bot.answer_callback_query(late)

        ask(api, work)
        assert api.wait_callback_answer(pressed, timeout=1)["text"] == "saved"
        assert list(api.answered_callbacks) == [pressed]

    def test_a_button_can_be_of_a_message_no_longer_there(self, api: BotApi, ann: Sender) -> None:
        ann.press_data(say(api, ann, "old"), "forged", inaccessible=True)
        (update,) = ask(api, lambda bot: bot.get_updates())
        assert update.callback_query is not None
        assert update.callback_query.message is not None
        assert not update.callback_query.message.is_accessible


class TestWaiting:
    def test_an_answer_is_what_came_after_the_last_act(self, api: BotApi, ann: Sender) -> None:
        old = say(api, ann, "old")
        photo = ann.photo(PICTURE)
        with pytest.raises(NoAnswerError, match="old"):
            ann.wait_answer(timeout=0.05)
        timer = threading.Timer(
            0.1, post, (api, "sendMessage"), {"chat_id": ann.chat_id, "text": "7"}
        )
        timer.start()
        assert ann.wait_answer(lambda m: m.text == "7").message_id > photo.message_id
        timer.join()
        with pytest.raises(NoAnswerError):
            ann.wait_answer(to=photo, timeout=0.05)
        ask(api, lambda bot: bot.edit_message_text("new", ann.chat_id, old.message_id))
        assert ann.wait_answer(lambda m: m.text == "new") is old
