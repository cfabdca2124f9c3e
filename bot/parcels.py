"""All that is kept of a person, sent to them as ZIP files."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from typing import IO

from telegram import Bot, InputFile
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.messages import Incoming, Parcel
from model.database import Database
from model.takeout import LARGEST_PART, write_part

UPLOAD = 120.0
"""Seconds for Telegram to take a file of tens of megabytes."""


class Parcels:
    """Packs and sends, one file after the other; none is kept."""

    largest = LARGEST_PART

    def __init__(self, bot: Bot, database: Database) -> None:
        self.bot = bot
        self.bot_id = int(bot.token.split(":")[0])
        self.database = database
        self._sent: dict[tuple[int, int], tuple[int, int]] = {}  # before a failure, by message

    async def send(self, message: Incoming, parcel: Parcel) -> None:
        """Send all that is kept of a person, in as many files as it needs.

        Called again for the same message, after a failure, it goes on with the file that failed.
        """
        asked = (message.chat_id, message.message_id)
        number, after = self._sent.pop(asked, (0, 0))
        more = True
        while more:
            number += 1
            try:
                last = await self.send_part(message.chat_id, parcel, number, after)
            except BaseException:
                self._sent[asked] = number - 1, after
                raise
            more, after = last is not None, last or 0

    async def send_part(self, chat_id: int, parcel: Parcel, number: int, after: int) -> int | None:
        """Send the file of this number; return where the next begins, None after the last."""
        with suppress(TelegramError):
            await self.bot.send_chat_action(chat_id, ChatAction.UPLOAD_DOCUMENT)
        with tempfile.TemporaryFile() as file:
            last = await asyncio.to_thread(self.pack, parcel.user_id, after, file)
            await self.bot.send_document(
                chat_id,
                InputFile(file, f"digitbot-{number}.zip", read_file_handle=False),
                caption=parcel.text.format(number=number),
                read_timeout=UPLOAD,
                write_timeout=UPLOAD,
            )
        return last

    def pack(self, user_id: int, after: int, file: IO[bytes]) -> int | None:
        """Write one part into a file; return where the next begins, None after the last."""
        with self.database.read() as session:
            more = write_part(session, self.bot_id, user_id, after, file, self.largest)
        file.seek(0)
        return more
