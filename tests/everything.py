"""Puts a row into every table, for what must leave none out: migrations, moves."""

from sqlalchemy import func, select

from model.albums import join_album
from model.database import Database, utc_now
from model.labels import label_sample
from model.limits import block, count_message
from model.logins import record_attempt
from model.promotions import keep_weights, promote
from model.review import claim
from model.samples import find_sample
from model.tables import (
    Base,
    BotWorker,
    Consent,
    Labeller,
    OperatorLogin,
    Retraining,
    RetrainingEpoch,
    RunState,
    Tally,
    Turn,
    Which,
)
from model.versions import freeze_version
from tests.filling import Store, set_aside


def fill_everything(database: Database, weights: bytes) -> None:
    """Store two photos of four digits, and something beside them in every other table."""
    store = Store(database)
    one, two, _ = store.photo(store.contributor(7), [1, 2, 3])
    store.photo(store.contributor(8, Consent.NO), [4])
    now = utc_now()
    with database.write() as session:
        label_sample(session, find_sample(session, one), 7, Labeller.SENDER)
        label_sample(session, find_sample(session, two), 2, Labeller.OPERATOR)
        join_album(session, find_sample(session, one).photo, "album")
        version = freeze_version(session, Which.LABELLED)
        kept = keep_weights(session, weights)
        promote(session, kept)
        count_message(session, 1, 7, now)
        block(session, 1, 9)
        claim(session, "ada", [two])
        record_attempt(session, "198.51.100.7")
        run = Retraining(version_id=version.id, state=RunState.DONE, weights_id=kept.id)
        session.add(run)
        session.flush()
        session.add_all(
            [
                RetrainingEpoch(retraining_id=run.id, number=1, loss=0.5, seconds=1.0),
                Tally(counted_at=now, seconds=0.1, body="{}"),
                OperatorLogin(digest="d" * 64, expires_at=now),
                BotWorker(id="worker", bot_id=1, alive_until=now),
                Turn(bot_id=1, chat_id=7, worker_id="worker"),
                set_aside(person=7),
            ]
        )
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            assert session.scalar(select(func.count()).select_from(table)), table.name
