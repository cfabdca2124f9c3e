import datetime
import threading

import pytest
from sqlalchemy import func, select, update

from model.database import Database, utc_now
from model.logins import (
    ATTEMPTS_IN_ALL,
    ATTEMPTS_PER_ADDRESS,
    WINDOW,
    TooManyAttempts,
    is_logged_in,
    log_in,
    log_out,
    network_of,
    record_attempt,
)
from model.tables import LoginAttempt, OperatorLogin


def attempt(database: Database, address: str) -> None:
    with database.write() as session:
        record_attempt(session, address)


def test_attempts_are_limited_for_an_address(database: Database):
    for _ in range(ATTEMPTS_PER_ADDRESS):
        attempt(database, "192.0.2.1")
    with pytest.raises(TooManyAttempts, match="Try again in 15 minutes") as refused:
        attempt(database, "192.0.2.1")
    assert 0 < refused.value.wait <= WINDOW.total_seconds() + 1
    attempt(database, "192.0.2.2")


def test_attempts_are_forgotten_after_the_window(database: Database):
    for _ in range(ATTEMPTS_PER_ADDRESS):
        attempt(database, "192.0.2.1")
    with database.write() as session:
        session.execute(update(LoginAttempt).values(at=utc_now() - WINDOW))
    attempt(database, "192.0.2.1")
    with database.read() as session:
        assert session.scalar(select(func.count(LoginAttempt.id))) == 1


def test_many_addresses_are_limited_together(database: Database):
    with database.write() as session:
        session.add_all(
            LoginAttempt(address=str(number), at=utc_now()) for number in range(ATTEMPTS_IN_ALL)
        )
    with pytest.raises(TooManyAttempts):
        attempt(database, "192.0.2.1")


def test_attempts_at_once_do_not_slip_through(database: Database):
    passed = []

    def work() -> None:
        try:
            attempt(database, "192.0.2.1")
        except TooManyAttempts:
            return
        passed.append(1)

    threads = [threading.Thread(target=work) for _ in range(4 * ATTEMPTS_PER_ADDRESS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == ATTEMPTS_PER_ADDRESS


def test_the_right_password_clears_the_address(database: Database):
    for _ in range(ATTEMPTS_PER_ADDRESS):
        attempt(database, "192.0.2.1")
    with database.write() as session:
        log_in(session, "192.0.2.1")
    attempt(database, "192.0.2.1")


def test_a_login_ends_by_logging_out(database: Database):
    with database.write() as session:
        mine, other = log_in(session, "::1"), log_in(session, "::1")
    with database.write() as session:
        assert is_logged_in(session, mine)
        log_out(session, mine)
        assert not is_logged_in(session, mine)
        assert is_logged_in(session, other)
        assert not is_logged_in(session, "invented")


def test_a_login_ends_with_time(database: Database):
    with database.write() as session:
        token = log_in(session, "::1")
        past = utc_now() - datetime.timedelta(seconds=1)
        session.execute(update(OperatorLogin).values(expires_at=past))
        session.expire_all()
        assert not is_logged_in(session, token)
        log_in(session, "::1")
        assert session.scalar(select(func.count(OperatorLogin.digest))) == 1


def test_the_database_does_not_hold_the_token(database: Database):
    with database.write() as session:
        token = log_in(session, "::1")
        assert token not in (session.scalar(select(OperatorLogin.digest)) or "")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:" + "x" * 100, "unix:" + "x" * 59),
    ],
)
def test_an_address_stands_for_whoever_has_it(address: str, network: str):
    assert network_of(address) == network
