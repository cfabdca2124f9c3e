import pytest

from model.database import Database
from model.tables import Which
from model.versions import (
    UnknownVersion,
    count_to_freeze,
    find_version,
    freeze_version,
    list_versions,
)
from tests.filling import Store


def test_versions_are_numbered_and_counted(database: Database, store: Store):
    store.photo(store.contributor(1), [1, 2, 3])
    with database.read() as session, pytest.raises(UnknownVersion, match="digitbot freeze"):
        find_version(session)
    with database.write() as session:
        assert count_to_freeze(session, Which.ALL) == 3
        assert count_to_freeze(session, Which.LABELLED) == 0
        first, second = freeze_version(session, Which.ALL), freeze_version(session)
    assert (first.id, first.samples, first.train, first.test) == (1, 3, 3, 0)
    assert (second.id, second.samples) == (2, 0)
    with database.read() as session:
        assert find_version(session).id == 2
        assert [version.id for version in list_versions(session)] == [2, 1]
        with pytest.raises(UnknownVersion, match="no version 7; the newest is 2"):
            find_version(session, 7)
