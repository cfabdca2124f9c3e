"""Files that Telegram does not hand out: for a while, for good, or never whole."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.languages import ENGLISH
from model.database import Database
from model.tables import InboxState, InboxUpdate, Photo
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Sender
from tests.patience import wait_until


def inbox_states(database: Database) -> list[InboxState]:
    with database.read() as session:
        return list(session.scalars(select(InboxUpdate.state)))


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("fault", ["drop", "error"])
def test_files_that_fail_for_long_are_read_as_soon_as_they_come(
    api: BotApi, ann: Sender, database: Database, fault: str
) -> None:
    trouble = getattr(api.faults, fault)("download", times=3 * FAST.attempts)
    photo = ann.photo(made_photo("7"))
    assert ann.wait_answer(to=photo).text.startswith("7")
    assert trouble.hits == 3 * FAST.attempts
    wait_until(lambda: inbox_states(database) == [InboxState.DONE])
    with database.read() as session:
        assert len(session.scalars(select(Photo.id)).all()) == 1


@pytest.mark.parametrize(
    ("fault", "tries"), [("error", 2 * FAST.attempts), ("truncate", FAST.attempts)]
)
def test_a_file_that_never_comes_is_set_aside_and_its_sender_told(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, database: Database, fault: str, tries: int
) -> None:
    if fault == "error":  # the way to it fails
        trouble = api.faults.error("download", 404, "Not Found", times=None)
    else:  # it comes, and something is missing
        trouble = api.faults.truncate(times=None, declared=False)
    with stopped_bot.running(replace(FAST, downloads=2 * FAST.attempts)):
        ann.photo(made_photo("7"))
        ann.wait_answer(lambda m: m.text == ENGLISH.failed)
    assert trouble.hits == tries
    assert inbox_states(database) == [InboxState.ASIDE]
