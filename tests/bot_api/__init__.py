"""A Telegram Bot API server on loopback: the one double in digitbot's tests, and it is at the wire.

The real bot, over real HTTP, talks to it as to Telegram; it enforces the rules of
https://core.telegram.org/bots/api that the bot relies on, plays the people who write to the bot,
and fails on demand. Everything is the standard library's.

    with BotApi() as api:                     # start the bot with api.url and api.token
        ann = api.sender(name="Ann")
        photo = ann.photo(jpeg_bytes)
        answer = ann.wait_answer(to=photo)    # waits, raises NoAnswerError
        query = ann.press(answer, "7")        # a button by its text, data, or a part of its text
        api.wait_callback_answer(query)
        assert "407" in ann.wait_answer().text

        api.faults.flood("sendMessage", retry_after=1)
        api.faults.lose_answer("sendPhoto")   # sent, but the bot cannot know
        with api.outage():                    # connections are refused
            ann.text("are you there?")
"""

from tests.bot_api.api import BotApi
from tests.bot_api.faults import Fault
from tests.bot_api.messages import Message
from tests.bot_api.senders import NoAnswerError, Sender
from tests.bot_api.state import Call

__all__ = ["BotApi", "Call", "Fault", "Message", "NoAnswerError", "Sender"]
