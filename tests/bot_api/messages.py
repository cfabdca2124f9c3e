"""Messages as both sides see them: JSON for the bot, plain attributes for a test."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Version:
    """What a message shows from one moment on, until it is edited.

    `kind` is text, photo, document, sticker, voice or video; `media` the JSON under that name and
    `data` its bytes; `text` the text, or the caption of media.
    """

    kind: str
    text: str = ""
    entities: tuple[dict[str, Any], ...] = ()
    media: Any = None
    data: bytes = b""
    file_name: str = ""
    reply_markup: dict[str, Any] | None = None
    moment: int = field(default=0, compare=False)  # its place in the order of all that happened

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        """The inline keyboard: rows of (text, callback_data)."""
        keyboard = (self.reply_markup or {}).get("inline_keyboard", [])
        return [[(b["text"], b.get("callback_data", "")) for b in row] for row in keyboard]


@dataclass(eq=False)
class Message:
    """A message of a sender or of the bot; edits append a Version."""

    message_id: int
    chat: dict[str, Any]
    author: dict[str, Any]
    versions: list[Version]
    reply_to: "Message | None" = None
    more: dict[str, Any] = field(default_factory=dict)  # media_group_id, forward_origin
    date: int = field(default_factory=lambda: int(time.time()))
    edit_date: int = 0
    deleted: bool = False

    def edit(self, version: Version) -> None:
        """Show something else from now on."""
        self.versions.append(version)
        self.edit_date = int(time.time())

    @property
    def now(self) -> Version:
        """What the message shows now; the earlier ones stand before it in `versions`."""
        return self.versions[-1]

    @property
    def chat_id(self) -> int:
        """The chat it stands in."""
        return int(self.chat["id"])

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.author["is_bot"])

    @property
    def text(self) -> str:
        """The text, or the caption of media, as people see it: without HTML."""
        return self.now.text

    @property
    def photo(self) -> bytes:
        """The bytes of its picture, b"" where it has none."""
        return self.now.data if self.now.kind == "photo" else b""

    @property
    def document(self) -> bytes:
        """The bytes of its file, b"" where it has none."""
        return self.now.data if self.now.kind == "document" else b""

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        """The inline keyboard: rows of (text, callback_data)."""
        return self.now.rows

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """The inline keyboard in reading order: (text, callback_data)."""
        return [button for row in self.rows for button in row]

    def find_button(self, wanted: str) -> tuple[str, str]:
        """Return the button whose text is, else whose data is, else whose text contains `wanted`.

        Raises LookupError with the buttons there are.
        """
        for fits in (
            lambda text, _: text == wanted,
            lambda _, data: data == wanted,
            lambda text, _: wanted in text,
        ):
            for text, data in self.buttons:
                if fits(text, data):
                    return text, data
        raise LookupError(f"no button {wanted!r} under {self}; it has {self.buttons}")

    def as_json(self, nested: bool = True) -> dict[str, Any]:
        """Return the Message object of the Bot API; `nested`: with the message it replies to."""
        now = self.now
        body = {"message_id": self.message_id, "from": self.author, "chat": self.chat}
        body |= {"date": self.date, **self.more}
        text_name, entities_name = "text", "entities"
        if now.kind != "text":
            body[now.kind] = now.media
            text_name, entities_name = "caption", "caption_entities"
        if now.text:
            body[text_name] = now.text
        if now.entities:
            body[entities_name] = list(now.entities)
        if now.reply_markup and "inline_keyboard" in now.reply_markup:
            body["reply_markup"] = now.reply_markup
        if self.edit_date:
            body["edit_date"] = self.edit_date
        if nested and self.reply_to is not None and not self.reply_to.deleted:
            body["reply_to_message"] = self.reply_to.as_json(nested=False)
        return body

    def __str__(self) -> str:
        who = "bot" if self.by_bot else self.author["first_name"]
        return f"[{self.message_id} {who}: {self.now.kind} {self.text!r}]"
