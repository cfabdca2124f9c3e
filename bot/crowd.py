"""When many ask at once: who waits hears once how many are before them. Nothing is turned away."""

from __future__ import annotations

from bot import inbox
from model.database import Database, utc_now
from model.limits import claim_queue_note, is_blocked


class Crowd:
    """The open rows of the inbox, seen by those who stand behind them."""

    def __init__(self, database: Database, bot_id: int, long_queue: int) -> None:
        self.database = database
        self.bot_id = bot_id
        self.long_queue = long_queue
        """With fewer chats before it, a message is answered too soon for a word about it."""

    def number_to_tell(self, row_id: int, user_id: int) -> int | None:
        """Return a row's number in the line, None where its sender needn't be told (again)."""
        with self.database.read() as session:
            number = inbox.count_chats_until(session, self.bot_id, row_id)
            if number <= self.long_queue or is_blocked(session, self.bot_id, user_id):
                return None
        with self.database.write() as session:
            untold = claim_queue_note(session, self.bot_id, user_id, utc_now())
        return number if untold else None
