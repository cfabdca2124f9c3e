"""A backup made and restored while the bot takes photos; on PostgreSQL the bot talks to that."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from model.backup import back_up, restore
from model.database import Database
from model.tables import Photo, Sample
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi


def counts(database: Database) -> tuple[int, int]:
    with database.read() as session:
        photos, samples = (
            session.scalar(select(func.count()).select_from(table)) for table in (Photo, Sample)
        )
    return photos or 0, samples or 0


@pytest.fixture(params=["database", "postgres_database"])
def live(request: pytest.FixtureRequest) -> Database:
    """An empty database of either kind."""
    database: Database = request.getfixturevalue(request.param)
    database.upgrade()
    return database


def test_it_is_one_moment_and_the_bot_goes_on(live: Database, api: BotApi, tmp_path: Path) -> None:
    file = tmp_path / "running.backup"
    ann = api.sender(name="Ann")
    with RunningBot(api, live).running():
        ann.wait_answer(to=ann.photo(made_photo("7")))
        assert counts(live) == (1, 1)
        sent = [ann.photo(made_photo("77", serial=n)) for n in range(1, 6)]
        back_up(live, file)
        for message in sent:
            ann.wait_answer(to=message)
        assert counts(live) == (6, 11)
        restore(live, file, replace=True)
        ann.wait_answer(to=ann.photo(made_photo("7", serial=9)))
    photos, samples = counts(live)
    assert 2 <= photos <= 7
    assert samples == 2 + 2 * (photos - 2), "no photo without its samples"
