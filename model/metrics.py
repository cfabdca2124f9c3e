"""What a watcher such as Prometheus is told: counted in this process, and read in the database.

Counters count what this process has done since it started. The length of the queue is everybody's:
it is looked up when it is asked for, so that it is right whichever process is asked.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from model.database import Database, utc_now
from model.tables import InboxState, InboxUpdate

__all__ = ["CONTENT_TYPE_LATEST", "FAULTS", "PHOTOS", "STAGES", "UPDATES", "expose", "is_watcher"]

PROCESS = CollectorRegistry()

UPDATES = Counter("digitbot_updates", "Updates answered, by kind.", ["kind"], registry=PROCESS)
PHOTOS = Counter("digitbot_photos", "Photos read and stored.", registry=PROCESS)
FAULTS = Counter(
    "digitbot_faults", "What went wrong, by the error's name.", ["error"], registry=PROCESS
)
STAGES = Histogram(
    "digitbot_stage_seconds",
    "Time of one stage: download, read, store, answer; and of an update as a whole.",
    ["stage"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=PROCESS,
)

OPEN = (InboxState.WAITING, InboxState.ANSWERING)


class Inbox(Collector):
    """The queue as it stands in the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield how many updates wait or are set aside, and since when the oldest waits."""
        up = GaugeMetricFamily("digitbot_database_up", "Whether the database answers.")
        try:
            yield from self.look()
            up.add_metric([], 1)
        except SQLAlchemyError:
            up.add_metric([], 0)
        yield up

    def look(self) -> Iterator[GaugeMetricFamily]:
        """Yield what only the database knows."""
        states = (*OPEN, InboxState.ASIDE)
        with self.database.read() as session:
            counted = select(InboxUpdate.state, func.count()).group_by(InboxUpdate.state)
            in_queue = counted.where(InboxUpdate.state.in_(states))
            numbers = dict(session.execute(in_queue).all())
            oldest = session.scalar(
                select(func.min(InboxUpdate.received_at)).where(InboxUpdate.state.in_(OPEN))
            )
        queue = GaugeMetricFamily("digitbot_inbox", "Updates in the inbox.", labels=["state"])
        for state in states:
            queue.add_metric([state.value], numbers.get(state, 0))
        yield queue
        waits = 0.0 if oldest is None else (utc_now() - oldest).total_seconds()
        yield GaugeMetricFamily(
            "digitbot_inbox_oldest_seconds", "Since when the oldest open update waits.", waits
        )


def expose(database: Database) -> bytes:
    """Return everything in Prometheus's text format."""
    shared = CollectorRegistry()
    shared.register(Inbox(database))
    return generate_latest(PROCESS) + generate_latest(shared)


def is_watcher(authorization: str, token: str | None) -> bool:
    """Return whether a request's Authorization header holds the token; never without one."""
    expected = f"Bearer {token}".encode()
    return token is not None and hmac.compare_digest(authorization.encode(), expected)
