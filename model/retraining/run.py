"""One retraining from its row in the database to the weights it leaves there.

It runs in a process of its own. All that it makes is stored in one transaction at the end: a run
that is killed, fails or is cancelled leaves its row and its curve, and no weights.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from model.database import Database
from model.dataset import Dataset
from model.network import Network
from model.promotions import (
    content_of,
    fingerprint_of,
    keep_weights,
    promote,
    promoted,
    read_network,
    write_network,
)
from model.replay import Replay
from model.retraining import rows
from model.retraining.judging import Score, answers_of, compare, score_on
from model.retraining.keeping import MAY_FORGET, hold_back, keep_the_old
from model.retraining.learning import RECIPE, Lap, learn
from model.retraining.material import old_digits, read_part
from model.settings import Settings
from model.tables import RunState, Split, VersionSample, WeightsFile
from model.training import accuracy
from model.versions import find_version

log = logging.getLogger(__name__)

ALIVE = 2.0
"""Seconds between two signs of life."""

SIGNIFICANT = 0.05
"""The chance of mere luck from which on nothing is promoted by itself."""

MOST_SHOWN = 200
"""Samples with another answer that are remembered, to be shown."""


class Cancelled(Exception):
    """Somebody asked the run to stop, or it was given up as dead."""


@dataclass(frozen=True, eq=False)
class Material:
    """All that a run works with."""

    base: Network
    base_content: bytes
    train: Dataset
    validation: Dataset
    test_ids: list[int]
    test: Dataset
    replay: Replay
    watched: Dataset
    version_id: int

    @property
    def base_fingerprint(self) -> str:
        """Of the weights it starts from."""
        return fingerprint_of(self.base_content)


def carry_out(
    settings: Settings, number: int, tell: Callable[[Lap, float], None] = lambda *_: None
) -> RunState:
    """Carry a retraining out, whatever happens on the way, and return how it ended.

    `tell` hears of every epoch, with the accuracy on the collected validation samples (or NaN).
    """
    database = Database(settings.database_url)
    state, why = RunState.FAILED, ""
    try:
        with signs_of_life(database, number) as stopped:
            weights = retrain(database, settings, number, stopped, tell)
        state, why = RunState.DONE, f"made the weights {weights}"
    except (Cancelled, KeyboardInterrupt):
        state, why = RunState.CANCELLED, "nothing of it is kept"
    except Exception as error:
        log.exception("The retraining failed.")
        why = f"{type(error).__name__}: {error}"
    finally:
        with database.write() as session:
            rows.end(session, number, state, why)
        database.close()
    return state


@contextmanager
def signs_of_life(database: Database, number: int) -> Iterator[threading.Event]:
    """Note every other second that the run goes on; the event is set when it should not."""
    over, stopped = threading.Event(), threading.Event()

    def beat() -> None:
        while not over.wait(ALIVE):
            try:
                with database.write() as session:
                    if not rows.sign_of_life(session, number):
                        stopped.set()
            except OperationalError as error:
                log.warning("no sign of life could be given: %s", error)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield stopped
    finally:
        over.set()
        thread.join()


def retrain(
    database: Database,
    settings: Settings,
    number: int,
    stopped: threading.Event,
    tell: Callable[[Lap, float], None],
) -> str:
    """Gather, learn, judge and store; return the new weights' fingerprint."""

    def step(words: str) -> None:
        with database.write() as session:
            if stopped.is_set() or not rows.sign_of_life(session, number, words):
                raise Cancelled

    step("reading the samples")
    material = gather(database, settings, number)
    step("learning")
    laps: list[Lap] = []
    for lap in learn(material.base, material.train, material.replay):
        laps.append(lap)
        right = accuracy(lap.network, material.validation)
        with database.write() as session:
            rows.note_lap(session, number, lap, right)
        tell(lap, right)
        step("learning")
    step("judging")
    part, network = keep_the_old(material.base, laps[-1].network, material.watched)
    made = with_card(material, network.rounded(), laps, part)
    before, after = judge(material, material.base), judge(material, made)
    difference = differ(material, made)
    step("storing")
    with database.write() as session:
        base = keep_weights(session, material.base_content)
        base.scores = json.dumps(json.loads(base.scores) | before)
        difference["changed"] = without_withdrawn(session, material, difference["changed"])
        kept = keep_candidate(session, material, made, after | {"against": difference})
        rows.find_retraining(session, number).weights_id = kept.id
        rows.end(session, number, RunState.DONE, f"made the weights {kept.fingerprint}")
        if settings.auto_promote and deserves_promotion(kept):
            promote(session, kept, by="itself")
    return kept.fingerprint


def gather(database: Database, settings: Settings, number: int) -> Material:
    """Return all that the run works with; raises `NothingToLearn`."""
    with database.read() as session:
        version = find_version(session, rows.find_retraining(session, number).version_id)
        _, train = read_part(session, version.id, Split.TRAIN)
        _, validation = read_part(session, version.id, Split.VALIDATION)
        test_ids, test = read_part(session, version.id, Split.TEST)
        fingerprint = promoted(session)
        content = content_of(session, fingerprint) if fingerprint else settings.weights.read_bytes()
    if not len(train):
        raise rows.NothingToLearn(
            f"Version {version.id} holds no labelled sample for training: review some first."
        )
    replay = old_digits(settings)
    replayed, watched = hold_back(replay.digits, np.random.default_rng(number))
    return Material(
        read_network(content), content, train, validation, test_ids, test,
        replace(replay, digits=replayed), watched, version.id,
    )  # fmt: skip


def with_card(material: Material, network: Network, laps: list[Lap], part: float) -> Network:
    """Return the network with a card that says how it was made."""
    card = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "from": material.base_fingerprint,
        "version": material.version_id,
        "samples": len(material.train),
        "recipe": asdict(RECIPE),
        "kept": part,
        "seconds": round(laps[-1].seconds, 1),
        "data": [
            {"source": Path(data.source).name, "images": len(data), "fingerprint": data.fingerprint}
            for data in (material.train, material.replay.digits, material.replay.lessons)
        ],
    }
    return replace(network, card=json.loads(json.dumps(card)))


def judge(material: Material, network: Network) -> dict[str, Score]:
    """Return the scores of a network on MNIST's test images and on the version's test split."""
    collected = score_on(network, material.test) | {"version": material.version_id}
    return {"mnist": score_on(network, material.replay.test), "test": collected}


def differ(material: Material, network: Network) -> Score:
    """Return how the new network's answers on the frozen test split differ from the base's."""
    before, _ = answers_of(material.base, material.test)
    after, _ = answers_of(network, material.test)
    old_digits = [answers_of(each, material.replay.test)[0] for each in (material.base, network)]
    changed = np.flatnonzero(before != after)[:MOST_SHOWN]
    return {
        "weights": material.base_fingerprint,
        "version": material.version_id,
        "test": compare(material.test.labels, before, after),
        "mnist": compare(material.replay.test.labels, *old_digits),
        "changed": [
            [material.test_ids[at], int(material.test.labels[at]), int(before[at]), int(after[at])]
            for at in changed.tolist()
        ],
    }


def keep_candidate(
    session: Session, material: Material, network: Network, scores: dict[str, Score]
) -> WeightsFile:
    """Store what a run has made, with what it was made from and how good it is."""
    kept = keep_weights(
        session,
        write_network(network),
        parent=material.base_fingerprint,
        version_id=material.version_id,
    )
    kept.scores = json.dumps(scores)
    return kept


def without_withdrawn(
    session: Session, material: Material, changed: list[list[int]]
) -> list[list[int]]:
    """Return the changed answers without those to samples that were forgotten meanwhile.

    Locks these samples of the version: who forgets one at this moment strikes it from the scores
    once they are stored.
    """
    frozen = select(VersionSample.sample_id, VersionSample.label).where(
        VersionSample.version_id == material.version_id,
        VersionSample.sample_id.in_([answers[0] for answers in changed]),
    )
    there = {one for one, label in session.execute(frozen.with_for_update()) if label is not None}
    return [answers for answers in changed if answers[0] in there]


def deserves_promotion(weights: WeightsFile) -> bool:
    """Return whether weights are better by more than luck, and on MNIST hardly worse."""
    against = json.loads(weights.scores)["against"]
    test, mnist = against["test"], against["mnist"]
    better = test["gained"] > test["lost"] and test["p"] < SIGNIFICANT
    return bool(better and mnist["after"] >= mnist["before"] - MAY_FORGET * mnist["n"])
