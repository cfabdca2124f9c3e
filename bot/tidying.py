"""What is over is deleted: photos nobody said yes to, and old rows of the inbox."""

from __future__ import annotations

import asyncio
import logging

from bot import inbox
from model.contributors import forget_expired, forget_strangers
from model.database import Database, utc_now
from model.limits import drop_old_usage

log = logging.getLogger(__name__)


def tidy(database: Database) -> None:
    """Delete what is over, and scrub the files of it."""
    with database.write() as session:
        photos = forget_expired(session, utc_now())
        forget_strangers(session, utc_now())
        rows = inbox.drop_old(session, utc_now())
        drop_old_usage(session, utc_now())
    if photos or rows:
        log.info("deleted %d photos without consent and %d old rows of the inbox", photos, rows)
    database.scrub()


async def keep_tidy(database: Database, seconds: float) -> None:
    """Tidy at once and then every so many seconds; a failure is logged, the next one may work."""
    while True:
        try:
            await asyncio.to_thread(tidy, database)
        except Exception:
            log.exception("could not tidy up")
        await asyncio.sleep(seconds)
