"""How an export reads its version: a few samples in memory at a time, whatever the database."""

from typing import Any

import pytest
from sqlalchemy import event

from model import export
from model.database import Database
from model.export import write_export
from model.tables import Which
from model.versions import freeze_version
from tests.filling import Store

IN_ORDER = "ORDER BY version_samples.sample_id"


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_no_format_holds_the_whole_version(database: Database, store: Store, format_name: str):
    """PostgreSQL hands it out by a cursor of the server's, SQLite without sorting it first."""
    store.photo(store.contributor(1), [1, 2, 3])
    with database.write() as session:
        number = freeze_version(session, Which.ALL).id
    asked: list[tuple[str, Any, str]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection, cursor, statement, parameters, *_) -> None:
        if IN_ORDER in statement:
            asked.append((statement, parameters, type(cursor).__name__))

    with database.read() as session:
        assert b"".join(write_export(session, format_name, number))
    event.remove(database.engine, "before_cursor_execute", note)
    assert asked
    for statement, parameters, cursor in asked:
        if not database.is_sqlite:
            assert cursor == "ServerCursor"
            continue
        with database.read() as session:
            explained = f"EXPLAIN QUERY PLAN {statement}"
            plan = session.connection().exec_driver_sql(explained, parameters)
            assert "TEMP B-TREE" not in str(plan.all()), statement
