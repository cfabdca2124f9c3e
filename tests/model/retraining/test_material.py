"""What a retraining reads of a version."""

from model.contributors import forget_contributor
from model.database import Database
from model.retraining.material import read_part, still_kept
from model.tables import Split, Which
from model.versions import freeze_version
from tests.filling import Store


def test_what_is_forgotten_is_not_learned_from(database: Database, store: Store) -> None:
    ann = store.photo(store.contributor(5), [1, 2])
    bob = store.photo(store.contributor(6), [3])
    with database.write() as session:
        version = freeze_version(session, Which.ALL).id
        assert read_part(session, version, Split.TRAIN)[0] == [*ann, *bob]
        forget_contributor(session, 1, 5, asked_by=0)
    with database.read() as session:
        ids, data = read_part(session, version, Split.TRAIN)
        assert (ids, data.labels.tolist()) == (bob, [3])
        assert still_kept(session, [*ann, *bob]) == set(bob)
