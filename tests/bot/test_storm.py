"""A short storm; `make storm` is the whole one."""

from pathlib import Path

import pytest

from model.database import Database
from tests.bot.storm import Plan, Storm
from tests.bot_api import BotApi


@pytest.mark.postgresql
@pytest.mark.parametrize("by_webhook", [True, False])
def test_so_do_two_at_once_that_share_the_work(
    api: BotApi, database: Database, tmp_path: Path, by_webhook: bool
) -> None:
    log = tmp_path / "log"
    plan = Plan(people=8, photos=40, kills=4, seed=4, by_webhook=by_webhook, workers=2)
    assert Storm(plan, api, database, log).run().faults() == []
    assert "Traceback" not in log.read_text()


def test_killed_again_and_again_it_stores_every_photo_once_and_answers_it(
    api: BotApi, database: Database, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    outcome = Storm(Plan(people=8, photos=40, kills=4, seed=3), api, database, log).run()
    assert outcome.faults() == []
    assert any(death.sent > death.answered for death in outcome.deaths), "it was never at work"
    assert api.token not in log.read_text()
