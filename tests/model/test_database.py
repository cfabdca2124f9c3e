"""The traps of databases, each met once by somebody who lost data."""

import contextlib
import datetime
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

import model.database
from model.contributors import forget_contributor, meet_contributor
from model.database import Database, OldDatabase, alembic_configuration, take_turns, utc_now
from model.labels import label_sample
from model.samples import PhotoKey, store_photo
from model.tables import Base, Consent, Contributor, Labeller, Photo, Sample
from tests.filling import Store, made_reading

THREADS, ROUNDS = 4, 25
SECRET = b"a face in the background of the photo" * 40


def in_threads(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_writers_who_read_first_lose_nothing(database: Database) -> None:
    with database.write() as session:
        counter = meet_contributor(session, 1, 7, "0").id

    def count() -> None:
        for _ in range(ROUNDS):
            with database.write() as session:
                row = session.get_one(Contributor, counter, with_for_update=True)
                row.name = str(int(row.name) + 1)

    in_threads(count)
    with database.read() as session:
        assert session.get_one(Contributor, counter).name == str(THREADS * ROUNDS)


def test_a_reader_sees_one_state_while_others_write(database: Database, store: Store) -> None:
    person = store.contributor(7)
    with database.read() as session:
        assert session.scalar(select(Sample.id)) is None
        store.photo(person, [4])
        assert session.scalar(select(Sample.id)) is None
    with database.read() as session:
        assert session.scalar(select(Sample.id)) is not None


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail(session: Session) -> None:
        meet_contributor(session, 1, 7, "Ada")
        raise RuntimeError("on the way")

    with pytest.raises(RuntimeError), database.write() as session:
        fail(session)
    with database.read() as session:
        assert session.scalar(select(Contributor.id)) is None


def test_what_a_reader_changes_is_not_kept(database: Database) -> None:
    with database.read() as session:
        meet_contributor(session, 1, 7, "Ada")
    with database.read() as session:
        assert session.scalar(select(Contributor.id)) is None


def test_moments_come_back_in_utc(database: Database, store: Store) -> None:
    person = store.contributor(7)
    athens = datetime.timezone(datetime.timedelta(hours=2))
    moment = datetime.datetime(2026, 3, 1, 13, 30, tzinfo=athens)
    with database.write() as session:
        session.get_one(Contributor, person).created_at = moment
    with database.read() as session:
        read = session.get_one(Contributor, person).created_at
    assert read == moment
    assert read.utcoffset() == datetime.timedelta(0)
    assert abs(utc_now().timestamp() - datetime.datetime.now().timestamp()) < 5


def test_a_moment_without_its_zone_is_refused(database: Database, store: Store) -> None:
    person = store.contributor(7)
    with pytest.raises(StatementError, match="no time zone"), database.write() as session:
        session.get_one(Contributor, person).created_at = datetime.datetime(2026, 3, 1)


def test_foreign_keys_hold(database: Database) -> None:
    def store_for_nobody(session: Session) -> None:
        stranger = Contributor(id=999, consent=Consent.NO)
        store_photo(session, PhotoKey(1, 2, 3), stranger, b"", made_reading([1]), "w")

    with database.write() as session, pytest.raises(IntegrityError):
        store_for_nobody(session)


def test_what_takes_turns_waits_for_the_others_end(database: Database) -> None:
    running, most = [0], [0]

    def work() -> None:
        for _ in range(ROUNDS // 5):
            with database.write() as session:
                take_turns(session, "a test")
                running[0] += 1
                most[0] = max(most[0], running[0])
                session.execute(select(Contributor.id))
                running[0] -= 1

    in_threads(work)
    assert most == [1]


@pytest.mark.sqlite("a server's writers go side by side")
def test_a_writer_that_waits_for_another_does_not_sleep_and_look_again(database: Database) -> None:
    """SQLite would let it sleep for longer and longer."""
    connected: list[threading.Thread] = []

    def note(*_: object) -> None:
        connected.append(threading.current_thread())

    def write() -> None:
        with database.write() as session:
            session.execute(text("SELECT 1"))

    second = threading.Thread(target=write)
    event.listen(database.engine, "checkout", note)
    try:
        with database.write() as session:
            session.execute(text("SELECT 1"))
            second.start()
            second.join(0.2)
            assert second not in connected
        second.join()
        assert connected[-1] is second
    finally:
        event.remove(database.engine, "checkout", note)


@pytest.mark.sqlite("a server's writers go side by side")
def test_a_writer_does_not_wait_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model.database, "BUSY_TIMEOUT", 0.1)
    failures: list[OperationalError] = []

    def write() -> None:
        try:
            with database.write():
                pass
        except OperationalError as error:
            failures.append(error)

    with database.write():
        second = threading.Thread(target=write)
        second.start()
        second.join()
    assert "locked" in str(failures[0])
    write()  # and its turn is nobody's afterwards
    assert len(failures) == 1


def test_too_few_connections_are_an_error_that_passes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model.database, "BUSY_TIMEOUT", 0.1)
    busy = Database(database.url)
    with contextlib.ExitStack() as stack:
        for _ in range(15):
            stack.enter_context(busy.engine.connect())
        for take in (busy.read, busy.write):
            with pytest.raises(OperationalError, match="QueuePool"), take() as session:
                session.execute(text("SELECT 1"))
    busy.close()


def files_of(database: Database) -> bytes:
    path = Path(database.engine.url.database or "")
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


@pytest.mark.sqlite("its files, and what its log still holds of deleted rows")
def test_after_a_scrub_the_bytes_are_gone_from_every_file(database: Database, store: Store) -> None:
    person = store.contributor(7)
    store.photo(person, [4], SECRET)
    store.photo(store.contributor(8), [5])
    assert SECRET[:100] in files_of(database)
    with database.write() as session:
        forget_contributor(session, 1, 7, asked_by=0)
    assert SECRET[:100] in files_of(database), "deleted alone is not gone: the log has it"
    database.scrub()
    assert SECRET[:100] not in files_of(database)
    with database.read() as session:
        assert session.scalar(select(Photo.id)) is not None


def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_keeps_what_is_there(database: Database, store: Store) -> None:
    store.photo(store.contributor(7), [4])
    database.upgrade()
    database.require_newest()
    with database.read() as session:
        assert session.scalar(select(Photo.id)) is not None


def test_an_empty_database_is_refused_with_the_command_to_give(empty_database: Database) -> None:
    with pytest.raises(OldDatabase, match="digitbot upgrade"):
        empty_database.require_newest()
    empty_database.upgrade()
    empty_database.require_newest()


def test_an_older_revision_is_refused(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(OldDatabase, match="0000"):
        database.require_newest()


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="in memory"):
        Database("sqlite://")


def test_the_fourth_revision_fills_what_it_adds(store: Store) -> None:
    one, two, _ = store.photo(store.contributor(5), [1, 2, 3])
    with store.database.write() as session:
        for sample_id, label, who in (
            (one, 7, Labeller.SENDER),
            (two, 2, Labeller.SENDER),
            (two, 5, Labeller.OPERATOR),
        ):
            label_sample(session, session.get_one(Sample, sample_id), label, who)
    columns = (
        Sample.id,
        Sample.sender_label,
        Sample.operator_label,
        Sample.contributor_id,
        Sample.source,
        Sample.due,
    )
    with store.database.read() as session:
        expected = session.execute(select(*columns).order_by(Sample.id)).all()
    for revision in ("0003", "head"):
        configuration = alembic_configuration()
        with store.database.engine.connect() as connection:
            configuration.attributes["connection"] = connection
            move = command.downgrade if revision == "0003" else command.upgrade
            move(configuration, revision)
    with store.database.read() as session:
        assert session.execute(select(*columns).order_by(Sample.id)).all() == expected
        worth = session.scalars(select(Sample.worth).order_by(Sample.id)).all()
    assert worth == pytest.approx([1.1, 0.1, 0.1])
    assert expected[1] == (two, 2, 5, 1, "telegram", False)


@pytest.mark.sqlite("its files are another program's on a server")
def test_a_disk_that_takes_nothing_more_is_the_databases_error(
    database: Database, store: Store
) -> None:
    store.photo(store.contributor(7), [4])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        with pytest.raises(OperationalError, match="I/O"):
            database.scrub()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
