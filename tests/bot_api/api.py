"""What a test holds in its hand."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from tests.bot_api.faults import Faults
from tests.bot_api.messages import Message
from tests.bot_api.senders import NoAnswerError, Predicate, Sender, wait_for
from tests.bot_api.server import Server
from tests.bot_api.state import Call, State
from tests.bot_api.webhook import Webhook
from tests.patience import PATIENCE

BOT_ID = 7_000_000_001
TOKEN = f"{BOT_ID}:AAF-made-up-token-of-the-test-server00"
ME = {"id": BOT_ID, "is_bot": True, "first_name": "digitbot", "username": "digitbot_test_bot"}


class BotApi:
    """A Bot API server on a free port of 127.0.0.1, for one bot, from creation to `close`.

    `url` is the root: the bot calls {url}/bot<token>/METHOD and {url}/file/bot<token>/PATH.
    """

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.state = State(token, ME)
        self._server = Server(self.state)
        self._user_ids = itertools.count(501)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "BotApi":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop: what waits is ended, connections are cut, every thread is joined."""
        with self.state.changed:
            self.state.closed = self.state.queue.closed = True
            self.state.changed.notify_all()
            self.state.queue.arrived.notify_all()
        self._server.stop()
        self._server.server_close()
        self.state.webhook.close()

    # People

    def sender(
        self,
        user_id: int | None = None,
        name: str = "Ann",
        language_code: str = "en",
        chat_id: int | None = None,
    ) -> Sender:
        """Return a person: in the group `chat_id` if it is below 0, else in a private chat."""
        user_id = next(self._user_ids) if user_id is None else user_id
        return Sender(self.state, user_id, name, language_code, chat_id or user_id)

    # What the bot did

    @property
    def calls(self) -> list[Call]:
        """Every call so far, oldest first; downloads under the method name "download"."""
        with self.state.changed:
            return list(self.state.calls)

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method]

    def messages(self, chat_id: int) -> list[Message]:
        """Return what the bot wrote into a chat and has not deleted, oldest first."""
        return self.state.messages_of_bot(chat_id)

    def wait_for(self, chat_id: int, predicate: Predicate, timeout: float = PATIENCE) -> Message:
        """Wait for a message of the bot, as it stands now, that fits; raises NoAnswerError."""
        return wait_for(self.state, chat_id, predicate, timeout)

    def wait_call(
        self, method: str, fits: Callable[[Call], bool] = lambda _: True, timeout: float = PATIENCE
    ) -> Call:
        """Wait for a call in the log, from its beginning, that fits; raises NoAnswerError."""
        found: list[Call] = []

        def look() -> bool:
            found.extend(call for call in self.calls_of(method) if fits(call))
            return bool(found)

        with self.state.changed:
            if not self.state.changed.wait_for(look, timeout):
                names = [call.method for call in self.calls[-10:]]
                raise NoAnswerError(
                    f"no such call of {method} within {timeout} s; last were {names}"
                )
        return found[0]

    def wait_callback_answer(self, callback_id: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """Wait until a pressed button is answered; return the answer's parameters."""
        callback = self.state.callbacks[callback_id]
        with self.state.changed:
            if not self.state.changed.wait_for(lambda: callback.answer is not None, timeout):
                raise NoAnswerError(f"callback query {callback_id} not answered within {timeout} s")
        return callback.answer or {}

    @property
    def connections(self) -> int:
        """How many connections the bot holds open at this moment."""
        return len(self._server.connections)

    @property
    def answered_callbacks(self) -> dict[str, dict[str, Any]]:
        """The callback queries answered: id to the answer's parameters."""
        with self.state.changed:
            callbacks = self.state.callbacks.items()
            return {key: c.answer for key, c in callbacks if c.answer is not None}

    def wait_confirmed(self, timeout: float = PATIENCE) -> None:
        """Wait until the bot has taken every update for good; raises TimeoutError."""
        self.state.queue.wait_confirmed(timeout)

    # What goes wrong

    @property
    def faults(self) -> Faults:
        """Faults of single calls."""
        return self.state.faults

    @property
    def webhook(self) -> Webhook:
        """The webhook set; its `proxy`, `content_type` and `pause` are a test's to change."""
        return self.state.webhook

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Refuse every connection, and cut those there are, until the block ends."""
        self._server.stop()
        try:
            yield
        finally:
            self._server.start()

    def revoke_token(self) -> None:
        """Answer 401 from now on."""
        self.state.revoked = True

    def restore_token(self) -> None:
        """Know the token again."""
        self.state.revoked = False

    def expire_callbacks(self) -> None:
        """Make every button pressed so far too old to be answered."""
        with self.state.changed:
            for callback in self.state.callbacks.values():
                callback.pressed = float("-inf")

    def inject(self, update: dict[str, Any], chat_id: int = 0) -> int:
        """Hand out any JSON object as an update, an update_id added; return the id."""
        return self.state.queue.push_raw(update, chat_id)

    def resend(self, update_id: int) -> None:
        """Hand out an update again, even if it is confirmed, after those that wait."""
        self.state.queue.resend(update_id)

    def jump_back(self, by: int = 1_000_000, timeout: float = PATIENCE) -> None:
        """Number updates anew, lower, as after a quiet week; the queue must empty first."""
        self.state.queue.jump_back(by, timeout)
