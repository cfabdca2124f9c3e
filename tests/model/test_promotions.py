import itertools
import threading

import numpy as np
import pytest

from model import promotions
from model.database import Database
from model.network import Network, WrongWeights
from model.promotions import (
    InUse,
    UnknownWeights,
    find_weights,
    keep_weights,
    list_promotions,
    list_weights,
    promote,
    promoted,
    read_network,
    roll_back,
    write_network,
)
from model.recognizer import Recognizer
from model.tables import WeightsFile
from tests.patience import wait_until


def made_weights(seed: int) -> bytes:
    """Return a small weights file."""
    rng = np.random.default_rng(seed)
    return write_network(Network.create((784, 4, 11), rng=rng))


@pytest.fixture
def two(database: Database) -> list[str]:
    """Two weights files and their fingerprints."""
    with database.write() as session:
        return [keep_weights(session, made_weights(seed)).fingerprint for seed in (1, 2)]


def use(database: Database, fingerprint: str) -> None:
    with database.write() as session:
        promote(session, find_weights(session, fingerprint))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(promotions, "LOOK_AGAIN", 0.0)


def test_the_same_bytes_are_kept_once(database: Database, two: list[str]):
    with database.write() as session:
        assert keep_weights(session, made_weights(1)).fingerprint == two[0]
        assert [weights.fingerprint for weights in list_weights(session)] == two[::-1]


def test_what_is_no_weights_file_is_refused(database: Database):
    with database.write() as session, pytest.raises(WrongWeights):
        keep_weights(session, b"nonsense")


def test_a_network_comes_back_as_it_was_written():
    network = read_network(made_weights(3))
    assert read_network(write_network(network)).sizes == (784, 4, 11)
    assert (network.weights[0] == read_network(made_weights(3)).weights[0]).all()


def test_weights_are_found_by_the_begin_of_their_fingerprint(database: Database, two: list[str]):
    with database.read() as session:
        assert find_weights(session, two[0][:8]).fingerprint == two[0]
        with pytest.raises(UnknownWeights, match="no weights"):
            find_weights(session, "%")
        with pytest.raises(UnknownWeights, match="2 weights"):
            find_weights(session, "")


def test_promotions_are_undone_one_by_one(database: Database, two: list[str]):
    with database.write() as session:
        assert promoted(session) is None
        first, second = (find_weights(session, fingerprint) for fingerprint in two)
        assert promote(session, first)
        assert promote(session, second)
        assert not promote(session, second)
        assert promoted(session) == two[1]
        assert roll_back(session)
        assert promoted(session) == two[0]
        assert roll_back(session)
        assert promoted(session) is None
        assert not roll_back(session)
        assert [fingerprint for _, fingerprint in list_promotions(session)] == two[::-1]


def test_the_reader_in_use_follows_the_promotion(
    database: Database, two: list[str], recognizer: Recognizer
):
    in_use = InUse(database, recognizer)
    assert in_use.current() is recognizer
    use(database, two[0])
    first = in_use.current()
    assert first.weights == two[0]
    assert in_use.current() is first  # loaded once
    use(database, two[1])
    assert in_use.current().weights == two[1]
    with database.write() as session:
        roll_back(session)
        roll_back(session)
    assert in_use.current() is recognizer


def test_weights_that_can_not_be_loaded_leave_the_old_ones_in_use(
    database: Database, two: list[str], recognizer: Recognizer
):
    in_use = InUse(database, recognizer)
    with database.write() as session:
        broken = WeightsFile(fingerprint="broken", card="{}", content=b"nonsense")
        session.add(broken)
        session.flush()
        promote(session, broken)
    assert in_use.current() is recognizer
    use(database, two[0])
    assert in_use.current().weights == two[0]


def test_no_reading_mixes_two_networks(
    database: Database, two: list[str], recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
):
    """While others promote to and fro, what a reader says fits the fingerprint it carries."""
    monkeypatch.setattr(promotions, "LOOK_AGAIN", 0.001)
    in_use = InUse(database, recognizer)
    image = np.random.default_rng(0).random((1, 784))
    with database.read() as session:
        expected = {
            seen: read_network(promotions.content_of(session, seen)).logits(image).tolist()
            for seen in two
        }
    seen, wrong, done = set(), [], threading.Event()

    def read() -> None:
        while not done.is_set():
            reader = in_use.current()
            if reader.weights in expected:
                seen.add(reader.weights)
                if reader.network.logits(image).tolist() != expected[reader.weights]:
                    wrong.append(reader.weights)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    turns = itertools.count()

    def enough() -> bool:
        number = next(turns)
        use(database, two[number % 2])
        return number >= 20 and len(seen) == 2

    wait_until(enough)
    done.set()
    for thread in threads:
        thread.join()
    assert (seen, wrong) == (set(two), [])
