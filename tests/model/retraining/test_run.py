"""Retrainings, whole: in this process, and in one of their own that is killed or cancelled."""

import json
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from model.contributors import withdraw_samples
from model.database import Database, utc_now
from model.processes import start_process
from model.promotions import list_weights, promoted
from model.recognizer import Recognizer
from model.retraining import keeping, learning, rows, run, start
from model.retraining.run import carry_out, deserves_promotion
from model.retraining.start import enter_retraining, start_retraining
from model.tables import Retraining, RunState, Sample, Split, WeightsFile
from model.versions import freeze_version
from tests.filling import Store
from tests.made_mnist import write_mnist
from tests.model.retraining.hands import correct, settings_for
from tests.patience import wait_until


@pytest.fixture(autouse=True)
def _short_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replay a quarter of the old digits, where the run is in this process."""
    monkeypatch.setattr(learning, "OLD", 3000)
    monkeypatch.setattr(learning, "POOL", 3000)


@pytest.fixture
def taught(database: Database, store: Store) -> list[int]:
    """A writer to learn from and one to be judged by; return the latter's samples."""
    correct(database, store, Split.TRAIN, 1, 12)
    return correct(database, store, Split.TEST, 2, 4)


def state_of(database: Database, number: int) -> tuple[RunState, str]:
    with database.read() as session:
        found = rows.find_retraining(session, number)
        return found.state, found.step


def count_weights(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(WeightsFile)) or 0


def test_a_retraining_makes_a_candidate(database: Database, taught: list[int], tmp_path: Path):
    settings = settings_for(database, tmp_path)
    number = enter_retraining(database)
    told: list[int] = []
    assert carry_out(settings, number, lambda lap, _: told.append(lap.number)) is RunState.DONE
    assert told == list(range(1, run.RECIPE.epochs + 1))
    with database.read() as session:
        made, base = list_weights(session)
        assert [epoch.number for epoch in rows.list_epochs(session, number)] == told
        assert rows.find_retraining(session, number).weights_id == made.id
        assert promoted(session) is None
    assert base.fingerprint == Recognizer.load(settings.weights).weights == made.parent
    card, scores = json.loads(made.card), json.loads(made.scores)
    assert (card["version"], card["samples"], card["from"]) == (1, 36, base.fingerprint)
    assert card["seconds"] > 0
    assert (scores["test"]["n"], scores["mnist"]["n"]) == (12, 1500)
    assert json.loads(base.scores)["test"]["n"] == 12
    against = scores["against"]
    assert against["test"]["after"] >= against["test"]["before"]
    assert {sample for sample, *_ in against["changed"]} <= set(taught)


def test_collected_samples_are_mixed_with_mnist_where_it_is(
    database: Database, taught: list[int], tmp_path: Path
):
    mnist = write_mnist(tmp_path / "mnist", train=400, test=20)
    settings = settings_for(database, tmp_path, mnist=mnist)
    assert carry_out(settings, enter_retraining(database)) is RunState.DONE
    with database.read() as session:
        made, base = list_weights(session)
    data = [(each["source"], each["images"]) for each in json.loads(made.card)["data"]]
    assert data[:2] == [("version 1, train", 36), ("train-images-idx3-ubyte", 300)]  # 100 watched
    assert data[2][0] == "replay.npz"  # the lessons, which MNIST has not
    for weights in (made, base):
        assert json.loads(weights.scores)["mnist"]["n"] == 20
    assert json.loads(made.scores)["against"]["mnist"]["n"] == 20


def test_one_that_fails_after_it_has_learned_leaves_its_curve_and_no_weights(
    database: Database, taught: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise MemoryError("no room to judge in")

    monkeypatch.setattr(run, "differ", fail)  # the last thing before all is stored
    number = enter_retraining(database)
    assert carry_out(settings_for(database, tmp_path), number) is RunState.FAILED
    assert state_of(database, number) == (RunState.FAILED, "MemoryError: no room to judge in")
    assert count_weights(database) == 0
    with database.read() as session:
        assert len(rows.list_epochs(session, number)) == run.RECIPE.epochs
        assert rows.find_retraining(session, number).weights_id is None


def test_what_is_forgotten_meanwhile_is_not_named_in_the_scores(
    database: Database, taught: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Forgotten after it was judged by, and before that is stored."""
    gone, left = taught[:2], taught[2:]
    differ = run.differ

    def forget_then(*given: Any) -> Any:
        found = differ(*given)
        found["changed"] = [[sample, 7, 1, 7] for sample in taught]
        with database.write() as session:
            withdraw_samples(session, Sample.id.in_(gone))
        return found

    monkeypatch.setattr(run, "differ", forget_then)
    assert carry_out(settings_for(database, tmp_path), enter_retraining(database)) is RunState.DONE
    with database.read() as session:
        changed = json.loads(list_weights(session)[0].scores)["against"]["changed"]
    assert [answers[0] for answers in changed] == left


def test_the_test_split_is_not_learned_from(
    database: Database, taught: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[int] = []

    def watched(network, collected, replay):
        seen.append(len(collected))
        yield from ()
        raise rows.NothingToLearn("enough seen")

    monkeypatch.setattr(run, "learn", watched)
    assert carry_out(settings_for(database, tmp_path), enter_retraining(database)) is (
        RunState.FAILED
    )
    assert seen == [36]


def test_better_weights_go_into_use_by_themselves_where_that_is_set(
    database: Database, taught: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeping, "PARTS", (1.0,))  # the small network knows nothing to be kept
    monkeypatch.setattr(run, "MAY_FORGET", 1.0)
    carry_out(settings_for(database, tmp_path, auto_promote=True), enter_retraining(database))
    with database.read() as session:
        made = list_weights(session)[0]
        assert json.loads(made.scores)["against"]["test"]["gained"] == 12
        assert promoted(session) == made.fingerprint


@pytest.mark.parametrize(
    ("gained", "lost", "mnist", "deserved"),
    [(10, 0, 1499, True), (4, 0, 1499, False), (0, 10, 1499, False), (10, 0, 1498, False)],
)
def test_what_deserves_a_promotion(gained: int, lost: int, mnist: int, deserved: bool):
    p = 2 / 2 ** (gained + lost)
    against = {
        "test": {"gained": gained, "lost": lost, "p": p},
        "mnist": {"before": 1499, "after": mnist, "n": 1500},
    }
    weights = WeightsFile(scores=json.dumps({"against": against}))
    assert deserves_promotion(weights) is deserved


def test_nothing_to_learn_is_said(database: Database, store: Store, tmp_path: Path):
    correct(database, store, Split.TEST, 1, 1)
    number = enter_retraining(database)
    assert carry_out(settings_for(database, tmp_path), number) is RunState.FAILED
    assert "holds no labelled sample for training" in state_of(database, number)[1]


def test_one_runs_at_a_time(database: Database, taught: list[int]):
    enter_retraining(database)
    with pytest.raises(rows.AlreadyRetraining):
        enter_retraining(database)


def test_one_that_gave_no_sign_of_life_makes_room(database: Database, taught: list[int]):
    first = enter_retraining(database)
    with database.write() as session:
        session.execute(update(Retraining).values(alive_at=utc_now() - 2 * rows.STALE))
    second = enter_retraining(database)
    assert state_of(database, first)[0] is RunState.FAILED
    assert "without a word" in state_of(database, first)[1]
    assert state_of(database, second)[0] is RunState.RUNNING


def test_a_run_given_up_stores_nothing_when_it_comes_back(
    database: Database, taught: list[int], tmp_path: Path
):
    number = enter_retraining(database)
    with database.write() as session:
        rows.end(session, number, RunState.FAILED, "given up")
    carry_out(settings_for(database, tmp_path), number)
    assert state_of(database, number) == (RunState.FAILED, "given up")
    assert count_weights(database) == 0


def test_a_process_of_its_own_sees_it_through(
    database: Database, taught: list[int], tmp_path: Path
):
    number = start_retraining(database, settings_for(database, tmp_path))
    wait_until(lambda: state_of(database, number)[0] is not RunState.RUNNING)
    assert state_of(database, number)[0] is RunState.DONE, state_of(database, number)
    assert count_weights(database) == 2


def started(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a retraining in a process of its own; return its number and the process."""
    made: list[subprocess.Popen[bytes]] = []

    def noted(*given):
        made.append(start_process(*given))
        return made[0]

    monkeypatch.setattr(start, "start_process", noted)
    number = start_retraining(database, settings_for(database, folder))
    return number, made[0]


def test_a_cancelled_one_stops_and_leaves_nothing(
    database: Database, taught: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    number, process = started(database, tmp_path, monkeypatch)
    with database.write() as session:
        rows.cancel(session, number)
    wait_until(lambda: state_of(database, number)[0] is RunState.CANCELLED)
    assert count_weights(database) == 0
    wait_until(lambda: process.poll() is not None)
    assert {thread.name for thread in threading.enumerate()} >= {"MainThread"}


@pytest.mark.parametrize(
    ("number_of_signal", "state"),
    [(signal.SIGTERM, RunState.CANCELLED), (signal.SIGKILL, RunState.RUNNING)],
)
def test_a_killed_one_leaves_nothing_half_written(
    database: Database, taught: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    number_of_signal: signal.Signals, state: RunState,
):  # fmt: skip
    number, process = started(database, tmp_path, monkeypatch)
    wait_until(lambda: state_of(database, number)[1] != "starting")
    os.kill(process.pid, number_of_signal)
    wait_until(lambda: process.poll() is not None)
    assert state_of(database, number)[0] is state
    assert count_weights(database) == 0


def test_a_version_can_be_named(database: Database, taught: list[int], tmp_path: Path):
    with database.write() as session:
        freeze_version(session)
    correct(database, Store(database, 1000), Split.TRAIN, 3, 2)
    number = enter_retraining(database, 1)
    assert len(run.gather(database, settings_for(database, tmp_path), number).train) == 36
