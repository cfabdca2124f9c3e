"""Which weights are in use: every file is kept, putting one into use is an event, and undoable.

The bytes are in the database, so that the bot and the admin page use the same ones even on two
machines; without a promotion it is the file of the setting WEIGHTS.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from model.database import Database, utc_now
from model.network import Network, WrongWeights
from model.recognizer import Recognizer, shipped_judge
from model.tables import Promotion, WeightsFile

log = logging.getLogger(__name__)

LOOK_AGAIN = 0.5
"""Seconds after which a process looks whether other weights were promoted."""


class UnknownWeights(LookupError):
    """There are no such weights; the message says what to do."""


def fingerprint_of(content: bytes) -> str:
    """Return the fingerprint of a weights file, the one that predictions are stored with."""
    return hashlib.sha256(content).hexdigest()[:16]


def keep_weights(session: Session, content: bytes, **facts: Any) -> WeightsFile:
    """Store a weights file, once; raises `WrongWeights` for bytes that are none."""
    fingerprint = fingerprint_of(content)
    kept = session.scalar(select(WeightsFile).filter_by(fingerprint=fingerprint))
    if kept is None:
        card = json.dumps(read_network(content).card)
        kept = WeightsFile(fingerprint=fingerprint, card=card, content=content, **facts)
        session.add(kept)
        session.flush()
    return kept


def read_network(content: bytes) -> Network:
    """Return the network in a weights file's bytes; raises `WrongWeights`."""
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        file.write(content)
        file.flush()
        return Network.load(file.name)


def write_network(network: Network) -> bytes:
    """Return the bytes of a network's weights file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.npz"
        network.save(path)
        return path.read_bytes()


def content_of(session: Session, fingerprint: str) -> bytes:
    """Return the bytes of weights; raises `UnknownWeights`."""
    content = session.scalar(select(WeightsFile.content).filter_by(fingerprint=fingerprint))
    if content is None:
        raise UnknownWeights(f"There are no weights {fingerprint}: see the page Weights.")
    return content


def find_weights(session: Session, fingerprint: str) -> WeightsFile:
    """Return weights by their fingerprint or its beginning; raises `UnknownWeights`."""
    found = session.scalars(
        select(WeightsFile).where(WeightsFile.fingerprint.startswith(fingerprint, autoescape=True))
    ).all()
    if len(found) != 1:
        raise UnknownWeights(
            f"There are {len(found) or 'no'} weights whose fingerprint begins with {fingerprint!r}."
        )
    return found[0]


def list_weights(session: Session, limit: int = 50) -> Sequence[WeightsFile]:
    """Return the newest weights without their bytes, the newest first."""
    query = select(WeightsFile).order_by(WeightsFile.id.desc())
    return session.scalars(query.limit(limit)).all()


def standing_promotion(session: Session) -> Promotion | None:
    """Return the promotion that says which weights are in use."""
    query = select(Promotion).where(Promotion.undone_at.is_(None))
    return session.scalar(query.order_by(Promotion.id.desc()).limit(1))


def promoted(session: Session) -> str | None:
    """Return the fingerprint of the weights in use, None for those of the setting."""
    query = select(WeightsFile.fingerprint).join(Promotion, Promotion.weights_id == WeightsFile.id)
    standing = query.where(Promotion.undone_at.is_(None)).order_by(Promotion.id.desc())
    return session.scalar(standing.limit(1))


def promote(session: Session, weights: WeightsFile, by: str = "operator") -> bool:
    """Put weights into use; return whether that changes anything."""
    if promoted(session) == weights.fingerprint:
        return False
    session.add(Promotion(weights_id=weights.id, by=by))
    session.flush()
    return True


def roll_back(session: Session) -> bool:
    """Undo the promotion that stands: what was used before is again. Return whether one stood."""
    standing = standing_promotion(session)
    if standing is None:
        return False
    standing.undone_at = utc_now()
    session.flush()
    return True


def list_promotions(session: Session, limit: int = 50) -> Sequence[tuple[Promotion, str]]:
    """Return the newest promotions with the fingerprints of their weights, the newest first."""
    query = select(Promotion, WeightsFile.fingerprint).join(
        WeightsFile, WeightsFile.id == Promotion.weights_id
    )
    rows = session.execute(query.order_by(Promotion.id.desc()).limit(limit))
    return [(promotion, fingerprint) for promotion, fingerprint in rows]


Fallback = TypeVar("Fallback")


class InUse(Generic[Fallback]):
    """Hands out the reader in use: the promoted weights', or the one it was made with.

    A reader is a value: who holds one reads with it to the end, whatever is promoted meanwhile.
    Safe to share between threads.
    """

    def __init__(self, database: Database, fallback: Fallback) -> None:
        self.database = database
        self.fallback = fallback
        self._reader: Fallback | Recognizer = fallback
        self._fingerprint: str | None = None
        self._look_at = 0.0
        self._lock = threading.Lock()

    def current(self) -> Fallback | Recognizer:
        """Return the reader in use, as it was half a second ago at the latest."""
        with self._lock:
            if time.monotonic() >= self._look_at:
                self._look()
                self._look_at = time.monotonic() + LOOK_AGAIN
            return self._reader

    def _look(self) -> None:
        """Load what is promoted; what can't be had leaves everything as it is."""
        try:
            with self.database.read() as session:
                fingerprint = promoted(session)
                if fingerprint == self._fingerprint:
                    return
                content = content_of(session, fingerprint) if fingerprint else None
            self._reader = (
                Recognizer(read_network(content), fingerprint, shipped_judge())
                if content is not None and fingerprint is not None
                else self.fallback
            )
            self._fingerprint = fingerprint
            log.info("Reading with the weights %s now.", fingerprint or "of the setting")
        except (SQLAlchemyError, WrongWeights, UnknownWeights) as error:
            log.warning("The weights in use can't be loaded: %s", error)
