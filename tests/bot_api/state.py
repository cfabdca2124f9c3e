"""Everything the server knows: chats, messages, files, calls; guarded by one condition."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from tests.bot_api.errors import bad_request
from tests.bot_api.faults import Faults
from tests.bot_api.files import Files
from tests.bot_api.messages import Message, Version
from tests.bot_api.updates import UpdateQueue
from tests.bot_api.webhook import Webhook


@dataclass
class Call:
    """One call of the bot; `status` is the HTTP status answered, None while or if it is not."""

    time: float
    method: str
    parameters: dict[str, Any]
    status: int | None = None


@dataclass
class Callback:
    """A pressed button the bot should answer, once and soon."""

    pressed: float
    answer: dict[str, Any] | None = None


@dataclass
class State:
    """The world behind the API.

    One lock guards it, under three kinds of condition, so that each change wakes only who waits for
    it: `changed` for calls and faults, `queue.arrived` for updates, `talks` for each chat.
    """

    token: str
    me: dict[str, Any]
    revoked: bool = False
    closed: bool = False
    callback_lifetime: float = 60.0  # seconds
    moment: int = 0
    messages: dict[int, dict[int, Message]] = field(default_factory=dict)
    chats: dict[int, dict[str, Any]] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    profile: dict[Any, Any] = field(default_factory=dict)  # commands and descriptions
    files: Files = field(default_factory=Files)

    def __post_init__(self) -> None:
        lock = threading.RLock()
        self.changed = threading.Condition(lock)
        self.talks: dict[int, threading.Condition] = defaultdict(lambda: threading.Condition(lock))
        self.queue = UpdateQueue(threading.Condition(lock))
        self.webhook = Webhook(self.queue)
        self.faults = Faults(self.changed)

    def add_chat(self, chat: dict[str, Any]) -> None:
        """Make a chat known; the bot can write only to those."""
        with self.changed:
            self.chats.setdefault(chat["id"], chat)
            self.messages.setdefault(chat["id"], {})

    def chat(self, chat_id: int) -> dict[str, Any]:
        """Return the Chat object; raises ApiError."""
        if chat_id not in self.chats:
            raise bad_request("chat not found")
        return self.chats[chat_id]

    def next_moment(self) -> int:
        """Number the next thing that happens."""
        self.moment += 1
        return self.moment

    def add_message(
        self,
        chat_id: int,
        author: dict[str, Any],
        version: Version,
        reply_to: Message | None = None,
        **more: Any,
    ) -> Message:
        """Put a message into a chat.

        As in Telegram, private chats share one numbering and each supergroup has its own, so a
        message_id alone identifies nothing.
        """
        with self.changed:
            chat = self.chat(chat_id)
            counted = [chat_id] if chat_id < 0 else [c for c in self.chats if c > 0]
            message_id = 1 + sum(len(self.messages[c]) for c in counted)
            first = replace(version, moment=self.next_moment())
            message = Message(message_id, chat, author, [first], reply_to, more)
            self.messages[chat_id][message_id] = message
            self.talks[chat_id].notify_all()
            return message

    def edit_message(self, message: Message, version: Version) -> None:
        """Give a message a new version."""
        with self.changed:
            message.edit(replace(version, moment=self.next_moment()))
            self.talks[message.chat_id].notify_all()

    def find_message(self, chat_id: int, message_id: int) -> Message | None:
        """Return a message that is not deleted."""
        message = self.messages.get(chat_id, {}).get(message_id)
        return None if message is None or message.deleted else message

    def messages_of_bot(self, chat_id: int) -> list[Message]:
        """Return what the bot wrote and has not deleted, oldest first."""
        with self.changed:
            written = self.messages.get(chat_id, {}).values()
            return [m for m in written if m.by_bot and not m.deleted]

    def log(self, method: str, parameters: dict[str, Any]) -> Call:
        """Note a call."""
        with self.changed:
            self.calls.append(Call(time.monotonic(), method, parameters))
            self.changed.notify_all()
            return self.calls[-1]
