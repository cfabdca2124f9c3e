"""A database of any revision that there was comes to the newest with all that is in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, text

from model.contributors import record_consent
from model.database import Database, alembic_configuration
from model.labels import settle_label
from model.moving import Fingerprint
from model.promotions import write_network
from model.recognizer import Recognizer
from model.tables import Act, Consent, Contributor, Sample
from tests.everything import fill_everything
from tests.filling import Store

REVISIONS = [
    script.revision
    for script in ScriptDirectory.from_config(alembic_configuration()).walk_revisions()
][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path: Path, recognizer: Recognizer
) -> Iterator[Database]:
    """A database of the newest revision with something in every table."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path}/grown.sqlite")
    else:
        found = request.getfixturevalue("postgres_database")
    found.upgrade()
    fill_everything(found, write_network(recognizer.network))
    yield found
    found.close()


def go(database: Database, revision: str, down: bool = False) -> None:
    configuration = alembic_configuration()
    with database._writer.connect() as connection:
        configuration.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(configuration, revision)


def content(database: Database, tables: dict[str, list[str]]) -> dict[str, Fingerprint]:
    """Return what stands in these columns."""
    found = {}
    with database.engine.connect() as connection:
        for table, columns in tables.items():
            found[table] = Fingerprint()
            query = f"SELECT {', '.join(columns)} FROM {table}"
            for row in connection.execute(text(query)):
                found[table].add(tuple(row))
    return found


def columns_of(database: Database) -> dict[str, list[str]]:
    meta = MetaData()
    meta.reflect(database.engine)
    return {
        name: [f'"{column.name}"' for column in table.columns]
        for name, table in meta.tables.items()
        if name != "alembic_version"
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_every_revision_with_data_in_it(filled: Database, revision: str) -> None:
    if revision != REVISIONS[-1]:
        go(filled, revision, down=True)
    assert filled.revision() == revision
    then = columns_of(filled)
    before = content(filled, then)
    filled.upgrade()
    filled.require_newest()
    assert content(filled, then) == before
    assert before["samples"].rows == 4
    assert all(found.rows for found in before.values()), "no table is empty"
    store = Store(filled, messages=50)
    store.photo(store.contributor(9), [5])
    with filled.write() as session:
        record_consent(session, session.get_one(Contributor, 2), Consent.YES)


def test_flags_of_before_are_logged(filled: Database) -> None:
    go(filled, "0008", down=True)
    with filled.write() as session:
        session.execute(text("UPDATE samples SET flagged_at = created_at WHERE id = 3"))
    filled.upgrade()
    with filled.write() as session:
        sample = session.get_one(Sample, 3)
        (event,) = sample.events
        assert (event.act, event.created_at) == (Act.FLAG, sample.flagged_at)
        settle_label(sample)
        assert sample.flagged_at is not None


def test_the_last_one_is_taken_back_and_put_on_again(filled: Database) -> None:
    tables = set(inspect(filled.engine).get_table_names())
    go(filled, "-1", down=True)
    assert filled.revision() == REVISIONS[-2]
    then = columns_of(filled)
    before = content(filled, then)
    filled.upgrade()
    assert content(filled, then) == before
    assert set(inspect(filled.engine).get_table_names()) == tables
