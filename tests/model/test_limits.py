import datetime

import pytest
from sqlalchemy import func, select

from model.contributors import forget_contributor
from model.database import Database, utc_now
from model.limits import (
    DAY,
    MINUTE,
    Blocked,
    DayFull,
    Limits,
    MinuteFull,
    block,
    check_block,
    check_limits,
    claim_queue_note,
    count_message,
    drop_old_usage,
    is_blocked,
    note_told,
    unblock,
)
from model.tables import Usage

NOW = utc_now()
SECOND = datetime.timedelta(seconds=1)
LIMITS = Limits(a_minute=2, a_day=5)


def write(database: Database, count: int, at: datetime.datetime = NOW, user_id: int = 7) -> None:
    with database.write() as session:
        for _ in range(count):
            count_message(session, 1, user_id, at)


def check(
    database: Database, at: datetime.datetime = NOW, user_id: int = 7, limits: Limits = LIMITS
) -> None:
    with database.read() as session:
        check_limits(session, 1, user_id, limits, at)


def test_a_stranger_is_welcome(database: Database) -> None:
    check(database)


def test_a_full_minute_is_over_after_a_minute(database: Database) -> None:
    write(database, 1)
    check(database)
    write(database, 1)
    with pytest.raises(MinuteFull) as caught:
        check(database, NOW + 59 * SECOND)
    assert caught.value.until - NOW <= MINUTE + SECOND
    check(database, NOW + 61 * SECOND)
    check(database, user_id=8)


def test_a_full_day_is_over_after_a_day(database: Database) -> None:
    for minute in range(5):
        write(database, 1, NOW + minute * MINUTE)
    later = NOW + 10 * MINUTE
    with pytest.raises(DayFull):
        check(database, later)
    check(database, NOW + DAY + SECOND)
    write(database, 1, NOW + DAY + SECOND)
    check(database, NOW + DAY + 2 * SECOND)


def test_zero_is_no_limit(database: Database) -> None:
    write(database, 100)
    check(database, limits=Limits(0, 0))


def test_who_was_told_is_not_told_again_for_an_hour(database: Database) -> None:
    write(database, 2)
    for untold in (True, False):
        with pytest.raises(MinuteFull) as caught:
            check(database)
        assert caught.value.untold is untold
        with database.write() as session:
            note_told(session, 1, 7, caught.value, NOW)
    later = NOW + datetime.timedelta(hours=1)
    write(database, 2, later)
    with pytest.raises(MinuteFull) as caught:
        check(database, later)
    assert caught.value.untold


def test_a_long_line_is_told_once_an_hour(database: Database) -> None:
    with database.write() as session:
        assert claim_queue_note(session, 1, 7, NOW)
        assert not claim_queue_note(session, 1, 7, NOW + 59 * MINUTE)
        assert claim_queue_note(session, 1, 8, NOW)
        assert claim_queue_note(session, 1, 7, NOW + 60 * MINUTE)


def test_who_is_blocked_stays_so_even_when_forgotten(database: Database) -> None:
    for _ in range(2):
        with database.write() as session:
            block(session, 1, 7)
    with database.write() as session:
        assert is_blocked(session, 1, 7)
        assert not is_blocked(session, 2, 7)
        with pytest.raises(Blocked) as caught:
            check_block(session, 1, 7)
        assert caught.value.untold
        note_told(session, 1, 7, caught.value, NOW)
        with pytest.raises(Blocked) as caught:
            check_block(session, 1, 7)
        assert not caught.value.untold
        forget_contributor(session, 1, 7, asked_by=0)
        assert is_blocked(session, 1, 7)
        unblock(session, 1, 7)
        check_block(session, 1, 7)


def test_counts_go_when_forgotten_and_after_two_days(database: Database) -> None:
    write(database, 1)
    write(database, 1, user_id=8)
    with database.write() as session:
        forget_contributor(session, 1, 7, asked_by=0)
        assert session.scalars(select(Usage.user_id)).all() == [8]
        assert drop_old_usage(session, NOW + DAY) == 0
        assert drop_old_usage(session, NOW + 2 * DAY + SECOND) == 1
        assert session.scalar(select(func.count()).select_from(Usage)) == 0
