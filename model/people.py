"""The people who write to a bot, as an operator sees them: to shut one out, or let one in."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from model.limits import DAY
from model.tables import Block, Consent, Contributor, Photo, Usage


@dataclass(frozen=True)
class Person:
    """Somebody who writes to a bot."""

    bot_id: int
    user_id: int
    name: str | None
    """None of somebody who is not a contributor (any more)."""
    consent: Consent | None
    photos: int
    today: int
    """Messages since their day began, 0 if it is over."""
    blocked_at: datetime.datetime | None
    contributor_id: int | None = None


def page_of_people(
    session: Session, now: datetime.datetime, before: int | None = None, limit: int = 50
) -> list[Person]:
    """Return the newest contributors with an id below `before`."""
    query = people(now).order_by(Contributor.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Contributor.id < before)
    return as_people(session, query)


def busiest_people(session: Session, now: datetime.datetime, limit: int = 5) -> list[Person]:
    """Return who wrote most on their day that still lasts."""
    query = people(now, root=Usage).where(Usage.day_began > now - DAY)
    return as_people(session, query.order_by(Usage.in_day.desc()).limit(limit))


def blocked_people(session: Session, now: datetime.datetime, limit: int = 200) -> list[Person]:
    """Return who is shut out, the newest first."""
    query = people(now, root=Block).order_by(Block.blocked_at.desc())
    return as_people(session, query.limit(limit))


Root = type[Contributor] | type[Usage] | type[Block]


def people(now: datetime.datetime, root: Root = Contributor) -> Select[*tuple[Any, ...]]:
    """Return the query for everybody in the table `root`, with what the other tables know."""
    photos = (
        select(func.count(Photo.id))
        .where(Photo.contributor_id == Contributor.id)
        .correlate(Contributor)
        .scalar_subquery()
    )
    query = select(
        root.bot_id,
        root.user_id,
        Contributor.name,
        Contributor.consent,
        func.coalesce(photos, 0),
        func.coalesce(Usage.in_day, 0),
        Block.blocked_at,
        Contributor.id,
    ).select_from(root)
    for table in (Contributor, Usage, Block):
        if table is not root:
            same = and_(table.bot_id == root.bot_id, table.user_id == root.user_id)
            if table is Usage:
                same = and_(same, Usage.day_began > now - DAY)
            query = query.outerjoin(table, same)
    return query


def as_people(session: Session, query: Select[*tuple[Any, ...]]) -> list[Person]:
    """Return the rows of a query by `people`."""
    return [Person(*row) for row in session.execute(query)]
