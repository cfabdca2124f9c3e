"""What was imported: which sources there are, and how one is removed again as a whole."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.orm import Session

from model.contributors import PENDING_WINDOW, withdraw_samples
from model.database import Database, utc_now
from model.processes import start_process
from model.tables import Consent, Contributor, Photo, Sample

NO_BOT = 0
"""In place of a bot's id: no person of Telegram has to do with what is imported."""

COUNTED = 100_000
"""More samples than this are not counted one by one."""

AT_ONCE = 500
"""Pictures deleted in one transaction, so that the bot hardly waits."""


class UnknownSource(LookupError):
    """Nothing was imported under that name; the message says which names there are."""


@dataclass(frozen=True)
class Imported:
    """All that came in under one name."""

    source: str
    people: int
    since: datetime.datetime
    samples: int
    """`COUNTED` and one for any more."""
    leaving: bool
    """Whether it is being deleted: these are left."""


def list_imported(session: Session) -> list[Imported]:
    """Return what was imported, by name."""
    leaving = func.sum(case((Contributor.consent == Consent.NO, 1), else_=0))
    query = (
        select(Contributor.source, func.count(), func.min(Contributor.created_at), leaving)
        .where(Contributor.bot_id == NO_BOT)
        .group_by(Contributor.source)
        .order_by(Contributor.source)
    )
    found = session.execute(query).all()
    counts = count_samples_of(session, [row[0] for row in found])
    return [
        Imported(source, people, since, count, bool(leaving))
        for (source, people, since, leaving), count in zip(found, counts, strict=True)
    ]


def count_samples_of(session: Session, sources: Sequence[str]) -> Sequence[int]:
    """Return how many samples each source has, from an index; `COUNTED` and one for any more."""
    if not sources:
        return []
    some = (select(Sample.id).where(Sample.source == name).limit(COUNTED + 1) for name in sources)
    counts = [select(func.count()).select_from(few.subquery()).scalar_subquery() for few in some]
    return session.execute(select(*counts)).one()


def people_of(source: str) -> Select[int]:
    """Return the query for the contributors that an import made."""
    return select(Contributor.id).where(Contributor.bot_id == NO_BOT, Contributor.source == source)


def start_removal(database: Database, source: str) -> None:
    """Have a process delete all that was imported under a name. Raises `UnknownSource`.

    Until it is done the source is listed as leaving; begun once more it goes on.
    """
    with database.write() as session:
        note_removal(session, source)
    start_process(["digitbot", "import", f"--remove={source}"], {"DATABASE_URL": database.url})


def note_removal(session: Session, source: str) -> None:
    """Note that a source is to go: nobody agrees any more to keeping it. Raises `UnknownSource`."""
    require_source(session, source)
    theirs = update(Contributor).where(Contributor.id.in_(people_of(source)))
    session.execute(
        theirs.values(consent=Consent.NO), execution_options={"synchronize_session": False}
    )


def remove_imported(
    database: Database, source: str, tell: Callable[[int], None] = lambda _: None
) -> int:
    """Delete all that was imported under a name; return how many pictures. Raises `UnknownSource`.

    It is gone from every list at once, and frozen versions list it as withdrawn; the rows then go
    a few at a time. Stopped in between, it goes on when called again. `tell` hears of each few.
    """
    with database.write() as session:
        note_removal(session, source)
        theirs = update(Photo).where(Photo.contributor_id.in_(people_of(source)))
        session.execute(
            theirs.values(expires_at=utc_now() + PENDING_WINDOW),
            execution_options={"synchronize_session": False},
        )
    removed = 0
    while count := remove_some(database, source):
        removed += count
        tell(count)
    with database.write() as session:
        session.execute(delete(Contributor).filter_by(bot_id=NO_BOT, source=source))
    database.scrub()
    return removed


def require_source(session: Session, source: str) -> None:
    """Raise `UnknownSource` if nothing was imported under that name."""
    known = [imported.source for imported in list_imported(session)]
    if source not in known:
        names = ", ".join(known)
        raise UnknownSource(
            f"Nothing was imported as {source!r}; "
            + (f"these were: {names}." if known else "nothing was imported at all.")
        )


def remove_some(database: Database, source: str) -> int:
    """Delete the next few pictures of a source; return how many."""
    with database.write() as session:
        query = select(Photo.id).where(Photo.contributor_id.in_(people_of(source)))
        ids: Sequence[int] = session.scalars(query.limit(AT_ONCE)).all()
        withdraw_samples(session, Photo.id.in_(ids))
        session.execute(delete(Photo).where(Photo.id.in_(ids)))
    return len(ids)
