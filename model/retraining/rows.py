"""A retraining as every process sees it: a row that says how far it is, and one at a time."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from model.database import utc_now
from model.retraining.learning import Lap
from model.tables import Retraining, RetrainingEpoch, RunState

STALE = datetime.timedelta(seconds=30)
"""A run that gave no sign of life for so long is over: killed, or the machine went down."""


class AlreadyRetraining(RuntimeError):
    """A retraining runs; there is one at a time."""


class UnknownRetraining(LookupError):
    """There is no such retraining."""


class NothingToLearn(ValueError):
    """The version holds no sample to train on; the message says what to do."""


def begin(session: Session, version_id: int, epochs: int) -> Retraining:
    """Enter a new retraining; raises `AlreadyRetraining` while another one runs."""
    end_stale(session)
    if find_running(session) is not None:
        raise AlreadyRetraining("A retraining runs already: wait for its end, or cancel it.")
    run = Retraining(version_id=version_id, epochs=epochs, step="starting")
    session.add(run)
    try:
        session.flush()
    except IntegrityError as error:  # PostgreSQL: another process was as quick
        raise AlreadyRetraining("A retraining runs already: wait for its end.") from error
    return run


def end_stale(session: Session) -> None:
    """Mark a run as failed whose process is gone."""
    session.execute(
        update(Retraining)
        .where(Retraining.state == RunState.RUNNING, Retraining.alive_at < utc_now() - STALE)
        .values(
            state=RunState.FAILED,
            finished_at=utc_now(),
            step="The training ended without a word: it was killed, or the machine went down.",
        )
    )


def find_running(session: Session) -> Retraining | None:
    """Return the retraining that runs now."""
    return session.scalar(select(Retraining).filter_by(state=RunState.RUNNING))


def find_retraining(session: Session, number: int) -> Retraining:
    """Return a retraining; raises `UnknownRetraining`."""
    run = session.get(Retraining, number)
    if run is None:
        raise UnknownRetraining(f"There is no retraining {number}.")
    return run


def list_retrainings(session: Session, limit: int = 20) -> Sequence[Retraining]:
    """Return the newest retrainings, the newest first."""
    return session.scalars(select(Retraining).order_by(Retraining.id.desc()).limit(limit)).all()


def list_epochs(session: Session, number: int) -> Sequence[RetrainingEpoch]:
    """Return how a retraining went, epoch by epoch."""
    query = select(RetrainingEpoch).filter_by(retraining_id=number)
    return session.scalars(query.order_by(RetrainingEpoch.number)).all()


def cancel(session: Session, number: int) -> None:
    """Ask a retraining to stop; it does so within a few seconds. One that is over stays so."""
    session.execute(
        update(Retraining)
        .where(Retraining.id == number, Retraining.state == RunState.RUNNING)
        .values(cancelled=True)
    )


def sign_of_life(session: Session, number: int, step: str | None = None) -> bool:
    """Note that a run goes on; return whether it still should."""
    run = find_retraining(session, number)
    if run.state is RunState.RUNNING:
        run.alive_at = utc_now()
        run.step = run.step if step is None else step
    return run.state is RunState.RUNNING and not run.cancelled


def note_lap(session: Session, number: int, lap: Lap, accuracy: float) -> None:
    """Store how an epoch went."""
    known = None if math.isnan(accuracy) else accuracy
    session.add(
        RetrainingEpoch(
            retraining_id=number,
            number=lap.number,
            loss=lap.loss,
            accuracy=known,
            seconds=lap.seconds,
        )
    )


def end(session: Session, number: int, state: RunState, step: str) -> None:
    """Note that a run is over, and how it ended; the first word counts."""
    session.execute(
        update(Retraining)
        .where(Retraining.id == number, Retraining.state == RunState.RUNNING)
        .values(state=state, step=step, finished_at=utc_now())
    )
