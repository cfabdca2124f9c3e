"""One update, from its row of the inbox to the answer that Telegram has taken.

Each step is committed before the next: the effect with the state `answering`, then the answer is
sent, then the state `done`. Whatever is cut off is done again from the last commit on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from telegram import Bot, Update

from bot import inbox
from bot.conversation import Answer, Conversation
from bot.crowd import Crowd
from bot.delivery import deliver, tell
from bot.downloads import download
from bot.faults import UnparsableUpdate, in_words
from bot.gate import Gate, Slowed, TurnedAway, counts, may_wait
from bot.languages import ENGLISH, texts_for
from bot.messages import Incoming, NotYet, Parcel, PhotoSent, Refused, Say, Tapped, Toast
from bot.parcels import Parcels
from bot.presses import forgets
from bot.reading import Readers
from bot.steps import Found, Overtaken, Replies, Steps
from bot.texts import Texts
from bot.timing import Timing
from bot.translation import translate
from bot.working import Working
from model.database import Database
from model.limits import Limits
from model.metrics import PHOTOS, STAGES, UPDATES
from model.reading import Reading
from model.settings import Settings
from model.tables import InboxState
from model.vision import UnreadablePhoto

log = logging.getLogger(__name__)

ALBUM_TURN = 0.3
"""Seconds before a row looks again whether its album has been answered by another."""


class Handlers:
    """Takes updates through the conversation; decides nothing itself."""

    def __init__(
        self,
        bot: Bot,
        bot_name: str,
        database: Database,
        readers: Readers,
        timing: Timing,
        settings: Settings,
    ) -> None:
        bot_id = int(bot.token.split(":")[0])
        self.bot = bot
        self.bot_name = bot_name
        self.database = database
        self.readers = readers
        self.timing = timing
        self.conversation = Conversation(bot_id, timing.album, settings)
        limits = Limits(settings.limit_a_minute, settings.limit_a_day)
        self.parcels = Parcels(bot, database)
        self.working = Working(bot)
        self.gate = Gate(database, bot_id, limits)
        self.steps = Steps(database, self.conversation, self.gate, self.parse)
        self.crowd = Crowd(database, bot_id, timing.long_queue)
        self._answered: dict[int, Replies] = {}  # a full disk must not repeat an answer for hours
        self._albums: set[tuple[int, str]] = set()  # those being answered at this moment

    async def handle(self, row_id: int, at_end: Callable[[Session], None]) -> None:
        """See an update through; raises whatever goes wrong on the way.

        `at_end` is called in the transaction that marks the update as done.
        """
        started = time.perf_counter()
        found = await asyncio.to_thread(self.steps.load, row_id)
        if found is None:
            return
        message, counted_for = found.message, None
        try:
            if row_id not in self._answered:
                replies = {} if message is None else await self.let_in(message, found, row_id)
                self._answered[row_id] = replies
            if message is not None and counts(message):
                counted_for = found.user_id
        except Overtaken:
            return
        except TurnedAway as away:
            if message is not None and away.word is not None:
                await self.send(message, (away.word,))
            self._answered[row_id] = {}
        replies = self._answered[row_id]
        await asyncio.to_thread(self.steps.finish, row_id, replies, counted_for, at_end)
        del self._answered[row_id]
        if isinstance(message, Tapped) and forgets(message):
            await asyncio.to_thread(self.database.scrub)
        kind = "not for the bot" if message is None else type(message).__name__
        seconds = time.perf_counter() - started
        UPDATES.labels(kind).inc()
        STAGES.labels("update").observe(seconds)
        known = {
            "update_id": found.update_id,
            "row": row_id,
            "kind": kind,
            "seconds": round(seconds, 3),
        }
        log.info("update %d (row %d): %s, %.3f s", *known.values(), extra=known)

    def texts_of(self, row_id: int) -> Texts:
        """Return the texts in the language of an update's sender, as far as that can be read."""
        with suppress(OperationalError), self.database.read() as session:
            row = inbox.find_open(session, row_id)
            return ENGLISH if row is None else inbox.texts_of(row.body)
        return ENGLISH

    def is_answered(self, row_id: int) -> bool:
        """Return whether the answer is sent, and only the database is missing that news."""
        return row_id in self._answered

    def parse(self, body: dict[str, Any]) -> Incoming | None:
        """Return what an update says to the bot; raises `UnparsableUpdate`."""
        try:
            update = Update.de_json(body, self.bot)
        except Exception as error:  # the library meets what it doesn't expect with any of them
            raise UnparsableUpdate(f"{type(error).__name__}: {error}") from error
        return translate(update, self.bot_name)

    async def let_in(self, message: Incoming, found: Found, row_id: int) -> Replies:
        """Take a message that the gate lets in; raises `TurnedAway` and `Slowed` for the others."""
        if found.shut_out is not None and found.user_id is not None:
            try:
                await asyncio.to_thread(self.gate.turn_away, message, found.user_id, found.shut_out)
            except Slowed as slowed:
                if slowed.word is not None:
                    await self.send(message, (slowed.word,))
                raise
        return await self.take(message, found.state, row_id)

    async def greet(self, row_id: int) -> None:
        """Tell a sender who has to wait for their turn how many people stand before them.

        With few of them it is only shown that a photo has come; if either fails, it fails.
        """
        try:
            found = await asyncio.to_thread(self.steps.load, row_id)
            message = None if found is None else found.message
            if found is None or found.user_id is None or message is None or not may_wait(message):
                return
            number = await asyncio.to_thread(self.crowd.number_to_tell, row_id, found.user_id)
        except (UnparsableUpdate, OperationalError) as error:
            log.info("row %d: not told how long the line is: %s", row_id, in_words(error))
            return
        if number is not None:
            texts = texts_for(message.sender.language)
            await tell(self.bot, message.chat_id, texts.queue.format(number=number))
            self.working.over(message.chat_id)
        elif isinstance(message, PhotoSent) and found.shut_out is None:
            await self.working.show(message.chat_id)

    async def take(self, message: Incoming, state: InboxState, row_id: int) -> Replies:
        """Store what a message asks for, unless that is done, and answer it."""
        try:
            answer = await self.store(message, row_id) if state is InboxState.WAITING else None
            with self.turn_of(message):
                if answer is None:
                    answer = await asyncio.to_thread(self.steps.work_out, message, row_id)
                return await self.send(message, answer)
        except (Refused, UnreadablePhoto) as refused:
            texts = texts_for(message.sender.language)
            refusal = Say(reason(refused, texts), reply_to=message.message_id)
            return await self.send(message, (refusal,))

    @contextmanager
    def turn_of(self, message: Incoming) -> Iterator[None]:
        """Let the rows of an album answer it one at a time; raises `NotYet` for the others."""
        album = message.album if isinstance(message, PhotoSent) else ""
        if (message.chat_id, album) in self._albums:
            raise NotYet(ALBUM_TURN)
        if album:
            self._albums.add((message.chat_id, album))
        try:
            yield
        finally:
            self._albums.discard((message.chat_id, album))

    async def send(self, message: Incoming, answer: Answer) -> Replies:
        """Send an answer; return which messages answer which photos."""
        replies: Replies = {}
        in_album = isinstance(message, PhotoSent) and message.album
        for outgoing in answer:
            if replies:  # what comes next may fail, and the photo's answer is not to be repeated
                with suppress(OperationalError):
                    await asyncio.to_thread(self.steps.remember, replies)
            if isinstance(outgoing, Parcel):
                await self.parcels.send(message, outgoing)
                continue
            with STAGES.labels("answer").time():
                sent_id = await deliver(self.bot, message, outgoing)
            self.working.over(message.chat_id)
            if not isinstance(outgoing, Toast) and sent_id is not None:
                replies |= dict.fromkeys(outgoing.photo_ids, sent_id)
        if replies and in_album:  # before another row of the album has its turn
            with suppress(OperationalError):
                await asyncio.to_thread(self.steps.remember, replies)
        return replies

    async def store(self, message: Incoming, row_id: int) -> Answer | None:
        """Store the effect of a message, and return the answer if it needs no further look.

        Raises `Refused`, `UnreadablePhoto` and `Overtaken`.
        """
        answer = None
        if isinstance(message, PhotoSent):
            image, reading, weights = await self.read(message)
            answer = await asyncio.to_thread(
                self.steps.apply,
                message,
                row_id,
                lambda session: self.conversation.store_photo(
                    session, message, image, reading, weights
                ),
                reading,
            )
            PHOTOS.inc()
        else:
            await asyncio.to_thread(
                self.steps.apply,
                message,
                row_id,
                lambda session: self.conversation.store(session, message, row_id),
            )
        if isinstance(message, Tapped) and forgets(message):
            await asyncio.to_thread(self.database.scrub)
        return answer

    async def read(self, photo: PhotoSent) -> tuple[bytes, Reading, str]:
        """Download a photo and read it, while the sender sees that something happens.

        Returns its bytes, what stands in it, and the fingerprint of the weights that read it.
        """
        working = asyncio.create_task(self.working.keep_showing(photo.chat_id, self.timing.working))
        try:
            with STAGES.labels("download").time():
                image = await download(self.bot, photo, self.timing.download)
            with STAGES.labels("read").time():
                return image, *await self.readers.read(image)
        finally:
            working.cancel()


def reason(refused: Refused | UnreadablePhoto, texts: Texts) -> str:
    """Return why something can't be done."""
    if isinstance(refused, Refused):
        return refused.reason(texts)
    return texts.unreadable[refused.problem].format(**refused.facts)
