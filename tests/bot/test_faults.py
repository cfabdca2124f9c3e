"""Harder faults: of every call, of the disk, of the database, and in the midst of the work."""

import resource
import time
from itertools import pairwise
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, select, text

from bot.inbox import make_row
from bot.languages import ENGLISH
from model.database import Database, alembic_configuration
from model.export import write_archive
from model.export.rows import Source
from model.tables import InboxUpdate, LabelEvent, Photo, Which
from model.versions import find_version, freeze_version
from tests.bot.bot_process import bot_process
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Sender
from tests.patience import PATIENCE, wait_until
from tests.ports import free_port

Log = pytest.LogCaptureFixture


def count(database: Database, table: type[Photo] | type[LabelEvent] | type[InboxUpdate]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def is_served(sender: Sender) -> bool:
    sender.text("are you there?")
    return bool(sender.wait_answer(lambda m: m.text == ENGLISH.send_a_photo))


class TestCorrections:
    @pytest.mark.parametrize("fault", ["error", "drop", "lose_answer"])
    @pytest.mark.parametrize("method", ["answerCallbackQuery", "editMessageCaption"])
    def test_a_tap_is_stored_once_and_shown(
        self, api: BotApi, ann: Sender, bot: RunningBot, database: Database, method: str, fault: str
    ) -> None:
        answer = ann.wait_answer(to=ann.photo(made_photo("7")))
        getattr(api.faults, fault)(method, times=3)
        query = ann.press(answer, "4")
        ann.wait_answer(lambda m: m is answer and ": 4" in m.text)
        api.wait_callback_answer(query)
        assert count(database, LabelEvent) == 1

    @pytest.mark.parametrize("method", ["getFile", "answerCallbackQuery", "editMessageCaption"])
    def test_a_wait_asked_of_one_person_is_kept_while_others_are_served(
        self, api: BotApi, ann: Sender, bot: RunningBot, method: str
    ) -> None:
        answer = ann.wait_answer(to=ann.photo(made_photo("7")))
        calls = api.calls_of(method)
        api.faults.flood(method, retry_after=1, times=None)
        if method == "getFile":
            ann.photo(made_photo("8"))
        else:
            ann.press(answer, "4")
        api.wait_call(method, lambda call: call not in calls)
        assert is_served(api.sender(name="Bo"))
        api.faults.clear()
        wait_until(
            lambda: api.calls[-1].status == 200 and len(api.calls_of(method)) > len(calls) + 1
        )
        times = [call.time for call in api.calls_of(method)[len(calls) :]]
        assert all(later - earlier >= 1 for earlier, later in pairwise(times))


class TestOutage:
    def test_one_in_the_midst_of_the_work_loses_nothing_and_makes_no_frenzy(
        self, api: BotApi, bot: RunningBot, database: Database, heard: Log
    ) -> None:
        people = [api.sender(name=str(n)) for n in range(8)]
        photos = [person.photo(made_photo(str(n))) for n, person in enumerate(people)]
        api.wait_call("sendPhoto")
        with api.outage():
            time.sleep(5 * FAST.longest_pause)  # as long as a minute is to a real bot's patience
        for n, (person, photo) in enumerate(zip(people, photos, strict=True)):
            assert person.wait_answer(to=photo).text.startswith(str(n))
        assert count(database, Photo) == 8
        assert len(heard.records) < 8 * 5 + 100

    def test_two_bots_on_one_token_do_not_race(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        with stopped_bot.running(), stopped_bot.running():
            assert is_served(ann)
            before = len(api.calls_of("getUpdates"))
            time.sleep(0.5)
            assert len(api.calls_of("getUpdates")) - before < 10


class TestDatabase:
    def test_a_long_export_beside_holds_nobody_up(
        self, api: BotApi, ann: Sender, bot: RunningBot, database: Database
    ) -> None:
        ann.wait_answer(to=ann.photo(made_photo("7")))
        with database.write() as session:
            freeze_version(session, Which.ALL)
        with database.read() as session:
            source = Source(session, find_version(session, 1), print)
            export = write_archive(source, "originals")
            next(export)  # it has begun to read, and stays there
            answer = ann.wait_answer(to=ann.photo(made_photo("12")))
            ann.reply(answer, "42")
            ann.wait_answer(lambda m: m is answer and "42" in m.text)
            assert not any(m.text == ENGLISH.later for m in api.messages(ann.chat_id))
            assert b"".join(export), "and the export goes on"

    @pytest.mark.sqlite("the bot's process writes its file; a full server's disk has a test too")
    @pytest.mark.parametrize("by_webhook", [False, True])
    def test_a_disk_that_takes_nothing_more_is_told_and_waited_out(
        self, api: BotApi, ann: Sender, database: Database, tmp_path: Path, by_webhook: bool
    ) -> None:
        log = tmp_path / "log"
        with bot_process(api, database.url, log, free_port() if by_webhook else None) as bot:
            assert is_served(ann)
            wal = Path(f"{database.engine.url.database}-wal").stat().st_size
            _, most = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (wal, most))
            photo = ann.photo(made_photo("7"))
            ann.wait_answer(lambda m: m.text == ENGLISH.later)
            time.sleep(0.5)
            assert count(database, Photo) == 0
            resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (most, most))
            assert ann.wait_answer(to=photo).text.startswith("7")
        assert sum(m.text == ENGLISH.later for m in api.messages(ann.chat_id)) == 1
        assert count(database, Photo) == 1
        assert "Traceback" not in log.read_text()

    def test_told_to_stop_while_the_database_is_locked_it_exits_in_time(
        self, api: BotApi, ann: Sender, database: Database, tmp_path: Path
    ) -> None:
        with bot_process(api, database.url, tmp_path / "log") as bot:
            assert is_served(ann)
            with database.write():
                photo = ann.photo(made_photo("7"))
                time.sleep(0.5)
                told = time.monotonic()
                bot.terminate()
                bot.join(PATIENCE / 2)
                assert bot.exitcode == 0
                assert time.monotonic() - told < 10
        with bot_process(api, database.url, tmp_path / "log"):
            assert ann.wait_answer(to=photo).text.startswith("7")
        assert count(database, Photo) == 1

    def test_what_waits_at_an_older_revision_is_answered_after_the_upgrade(
        self, api: BotApi, ann: Sender, empty_database: Database
    ) -> None:
        old = empty_database
        with old.engine.connect() as connection:
            configuration = alembic_configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "0001")
        photo = ann.photo(made_photo("7"))
        (update,) = api.state.queue.take(0, 1)
        row = make_row(int(api.token.split(":")[0]), update)
        with old.write() as session:
            session.execute(
                text(
                    f"INSERT INTO inbox ({', '.join(row)}, received_at)"
                    f" VALUES (:{', :'.join(row)}, '2026-01-01')"
                ),
                row | {"state": "waiting"},
            )
        old.upgrade()
        with RunningBot(api, old).running():
            ann.wait_answer(to=photo)
            assert is_served(ann)
        assert count(old, Photo) == 1


class TestOrder:
    def test_updates_resent_in_any_order_change_nothing(
        self, api: BotApi, ann: Sender, bot: RunningBot, database: Database
    ) -> None:
        ids = []
        for digits in ("1", "2", "3"):
            answer = ann.wait_answer(to=ann.photo(made_photo(digits)))
            ids.append(ann.last_update_id)
            ann.press(answer, "7")
            ann.wait_answer(lambda m, answer=answer: m is answer and ": 7" in m.text)
            ids.append(ann.last_update_id)
        written = len(api.messages(ann.chat_id))
        for update_id in [*reversed(ids), *ids]:
            api.resend(update_id)
        assert is_served(ann)
        assert len(api.messages(ann.chat_id)) == written + 1
        assert count(database, Photo) == count(database, LabelEvent) == 3

    def test_while_one_file_hangs_its_sender_waits_and_all_others_do_not(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        api.faults.slow("download", PATIENCE)
        with stopped_bot.running():
            hers = ann.photo(made_photo("1"))
            after = ann.photo(made_photo("2"))
            api.wait_call("download")
            for n in range(5):
                other = api.sender(name=str(n))
                other.wait_answer(to=other.photo(made_photo("3")))
            assert api.messages(ann.chat_id) == []
            api.faults.clear()
            first = ann.wait_answer(to=hers).message_id
            assert first < ann.wait_answer(to=after).message_id
