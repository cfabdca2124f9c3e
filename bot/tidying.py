"""What is over is deleted: photos nobody said yes to, old originals and old rows of the inbox."""

from __future__ import annotations

import asyncio
import datetime
import logging

from sqlalchemy.exc import OperationalError

from bot import inbox
from bot.faults import in_words
from model.contributors import forget_expired, forget_strangers
from model.database import Database, utc_now
from model.limits import drop_old_usage
from model.originals import drop_originals

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


def tidy_originals(database: Database, days: int) -> int:
    """Delete a batch of the originals that are older than so many days; return how many."""
    with database.write() as session:
        gone = drop_originals(session, utc_now() - datetime.timedelta(days=days))
    if gone:
        log.info("deleted %d originals older than %d days", gone, days)
        database.scrub()
    return gone


async def keep_tidy(database: Database, seconds: float, originals_days: int | None) -> None:
    """Tidy at once and then every so many seconds; a failure is logged, the next one may work.

    Originals go in batches, so that the bot can be stopped between two of them.
    """
    while True:
        try:
            await asyncio.to_thread(tidy, database)
            while originals_days and await asyncio.to_thread(
                tidy_originals, database, originals_days
            ):
                pass
        except OperationalError as error:
            log.warning("could not tidy up: %s", in_words(error))
        except Exception:
            log.exception("could not tidy up")
        await asyncio.sleep(seconds)
