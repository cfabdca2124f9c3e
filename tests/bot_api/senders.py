"""People who write to the bot."""

import itertools
import time
from collections.abc import Callable
from typing import Any

from tests.bot_api.markup import Entities, find_entities
from tests.bot_api.messages import Message, Version
from tests.bot_api.state import Callback, State
from tests.patience import PATIENCE

Predicate = Callable[[Message], bool]
_callback_ids = itertools.count(4_382_000_000_000_000_001)


class NoAnswerError(AssertionError):
    """The bot did not say what the test waited for."""


class Sender:
    """A person in one chat: their private chat with the bot or, with a negative id, a group.

    What they do appears in the chat and becomes an update for the bot. In a group Telegram's
    privacy mode holds: the bot gets only commands, mentions, and replies to its own messages.
    """

    def __init__(
        self, state: State, user_id: int, name: str, language_code: str, chat_id: int
    ) -> None:
        self._state = state
        self.user_id = user_id
        self.chat_id = chat_id
        self.user = {"id": user_id, "is_bot": False, "first_name": name}
        if language_code:
            self.user["language_code"] = language_code
        chat: dict[str, Any] = {"id": chat_id, "type": "private", "first_name": name}
        if chat_id < 0:
            chat = {"id": chat_id, "type": "supergroup", "title": "Digits"}
        state.add_chat(chat)
        self.last_moment = 0  # when this person last did something
        self.last_update_id: int | None = None  # None: the last thing they did was not for the bot

    def text(self, text: str, reply_to: Message | None = None) -> Message:
        """Write a text."""
        return self._write(Version("text", text, tuple(find_entities(text))), reply_to)

    def command(self, command: str, reply_to: Message | None = None) -> Message:
        """Write a command, like "/start"."""
        return self.text(command, reply_to)

    def reply(self, message: Message, text: str) -> Message:
        """Answer a message."""
        return self.text(text, message)

    def photo(
        self,
        data: bytes,
        caption: str | None = None,
        media_group_id: str | None = None,
        reply_to: Message | None = None,
        forwarded_from: str | None = None,
    ) -> Message:
        """Send a photo; those with one `media_group_id` are an album.

        `forwarded_from`: the name of the person who took it.
        """
        more: dict[str, Any] = {"media_group_id": media_group_id} if media_group_id else {}
        if forwarded_from:
            origin = {"type": "hidden_user", "sender_user_name": forwarded_from}
            more["forward_origin"] = origin | {"date": int(time.time())}
        sizes = self._state.files.add_photo(data)
        return self._write(self._media("photo", sizes, data, caption), reply_to, **more)

    def document(
        self,
        data: bytes,
        file_name: str,
        mime_type: str,
        caption: str | None = None,
        media_group_id: str | None = None,
        sized: bool = True,
    ) -> Message:
        """Send a file as a file; those with one `media_group_id` are an album.

        If it isn't `sized`, nobody says how big it is.
        """
        more: dict[str, Any] = {"media_group_id": media_group_id} if media_group_id else {}
        stored = self._state.files.add("documents", data, file_name, sized)
        media = stored.as_json() | {"file_name": file_name, "mime_type": mime_type}
        return self._write(self._media("document", media, data, caption), **more)

    def sticker(self) -> Message:
        """Send a sticker."""
        stored = self._state.files.add("stickers", b"RIFF", "sticker.webp")
        media = {"width": 512, "height": 512, "emoji": "👍", "set_name": "Digits"}
        media |= {"is_animated": False, "is_video": False, "type": "regular"}
        return self._write(self._media("sticker", stored.as_json() | media, b"RIFF"))

    def voice(self) -> Message:
        """Send a voice message."""
        stored = self._state.files.add("voice", b"OggS", "voice.oga")
        media = {"duration": 2, "mime_type": "audio/ogg"}
        return self._write(self._media("voice", stored.as_json() | media, b"OggS"))

    def video(self, caption: str | None = None) -> Message:
        """Send a video."""
        stored = self._state.files.add("videos", b"ftyp", "video.mp4")
        media = {"duration": 2, "width": 640, "height": 480, "mime_type": "video/mp4"}
        return self._write(self._media("video", stored.as_json() | media, b"ftyp", caption))

    def edit_text(self, message: Message, text: str) -> None:
        """Change a text this person wrote."""
        self._edit(message, Version("text", text, tuple(find_entities(text))))

    def edit_caption(self, message: Message, caption: str) -> None:
        """Change the caption of a photo or file this person sent."""
        now = message.now
        edited = self._media(now.kind, now.media, now.data, caption)
        self._edit(message, edited)

    def press(self, message: Message, button: str) -> str:
        """Press the button with this text, this data, or this in its text; return the query's id.

        Raises LookupError where there is none.
        """
        return self.press_data(message, message.find_button(button)[1])

    def press_data(self, message: Message, data: str, inaccessible: bool = False) -> str:
        """Send a callback with any data, as a forger or the holder of an old keyboard can.

        `inaccessible`: Telegram no longer hands out the message, only its ids.
        """
        callback_id = str(next(_callback_ids))
        shown = message.as_json()
        if inaccessible:
            shown = {"chat": message.chat, "message_id": message.message_id, "date": 0}
        query = {"id": callback_id, "from": self.user, "message": shown}
        query |= {"chat_instance": str(message.chat_id), "data": data}
        with self._state.changed:
            self.last_moment = self._state.next_moment()
            self._state.callbacks[callback_id] = Callback(time.monotonic())
            self.last_update_id = self._state.queue.push("callback_query", query, self.chat_id)
        return callback_id

    def wait_answer(
        self,
        predicate: Predicate | None = None,
        to: Message | None = None,
        timeout: float = PATIENCE,
    ) -> Message:
        """Wait for a message the bot wrote or edited after this person last did something.

        `to`: for a reply to this message instead, whenever written. Raises NoAnswerError.
        """

        def fits(message: Message) -> bool:
            fresh = message.reply_to is to if to else message.now.moment > self.last_moment
            return fresh and (predicate is None or predicate(message))

        return wait_for(self._state, self.chat_id, fits, timeout)

    def _media(self, kind: str, media: Any, data: bytes, caption: str | None = None) -> Version:
        text = caption or ""
        return Version(kind, text, tuple(find_entities(text)), media, data)

    def _write(self, version: Version, reply_to: Message | None = None, **more: Any) -> Message:
        state = self._state
        with state.changed:
            message = state.add_message(self.chat_id, self.user, version, reply_to, **more)
            self._deliver("message", message)
            return message

    def _edit(self, message: Message, version: Version) -> None:
        with self._state.changed:
            self._state.edit_message(message, version)
            self._deliver("edited_message", message)

    def _deliver(self, kind: str, message: Message) -> None:
        self.last_moment = message.now.moment
        self.last_update_id = None
        if self.chat_id > 0 or self._concerns_bot(message):
            queue = self._state.queue
            self.last_update_id = queue.push(kind, message.as_json(), self.chat_id)

    def _concerns_bot(self, message: Message) -> bool:
        """Say whether privacy mode lets the bot see this message of a group."""
        if message.reply_to is not None and message.reply_to.by_bot:
            return True
        name = f"@{self._state.me['username']}".lower()
        return any(_addresses(word, name) for word in _words(message.text, message.now.entities))


def _words(text: str, entities: tuple[dict[str, Any], ...] | Entities) -> list[tuple[str, str]]:
    """Return (type, text) of each entity."""
    units = text.encode("utf-16-le")
    found = []
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        found.append((entity["type"], units[2 * start : 2 * end].decode("utf-16-le")))
    return found


def _addresses(word: tuple[str, str], name: str) -> bool:
    """Say whether a command or mention is for the bot called `name`."""
    kind, text = word
    if kind == "bot_command":
        return "@" not in text or text.lower().endswith(name)
    return text.lower() == name


def wait_for(state: State, chat_id: int, predicate: Predicate, timeout: float) -> Message:
    """Wait for a message of the bot that satisfies `predicate`; raises NoAnswerError."""
    found: list[Message] = []

    def look() -> bool:
        found.extend(m for m in state.messages_of_bot(chat_id) if predicate(m))
        return bool(found)

    talk = state.talks[chat_id]
    with talk:
        if not talk.wait_for(look, timeout):
            said = [str(message) for message in state.messages_of_bot(chat_id)]
            problems = [f"{c.method} {c.status}" for c in state.calls if (c.status or 500) >= 400]
            raise NoAnswerError(
                f"no such message of the bot in chat {chat_id} within {timeout} s; it said"
                f" {said or 'nothing'}; calls refused or without answer: {problems[-5:]}"
            )
    return found[0]
