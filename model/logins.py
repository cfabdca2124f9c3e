"""Who is logged in to the admin page, and how often somebody has tried in vain."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from model.database import take_turns, utc_now
from model.tables import LoginAttempt, OperatorLogin

WINDOW = datetime.timedelta(minutes=15)
ATTEMPTS_PER_ADDRESS = 5
ATTEMPTS_IN_ALL = 200
"""Within the window; the second slows down whoever has many addresses."""

LOGIN_LASTS = datetime.timedelta(hours=12)


class TooManyAttempts(RuntimeError):
    """The password was wrong too often; `wait` seconds must pass before the next attempt."""

    def __init__(self, wait: int) -> None:
        super().__init__(
            f"The password was wrong too often. Try again in {max(1, round(wait / 60))} minutes."
        )
        self.wait = wait


def record_attempt(session: Session, address: str) -> None:
    """Count an attempt before its password is looked at; raises `TooManyAttempts`.

    Counted first, so that a hundred attempts at once don't all pass below the limit.
    """
    take_turns(session, "login attempts")
    since = utc_now() - WINDOW
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= since))
    place = network_of(address)
    counts = select(func.count(), func.min(LoginAttempt.at)).select_from(LoginAttempt)
    for query, limit in (
        (counts.where(LoginAttempt.address == place), ATTEMPTS_PER_ADDRESS),
        (counts, ATTEMPTS_IN_ALL),
    ):
        count, oldest = session.execute(query).one()
        if count >= limit:
            raise TooManyAttempts(max(1, int((oldest - since).total_seconds()) + 1))
    session.add(LoginAttempt(address=place, at=utc_now()))


def log_in(session: Session, address: str) -> str:
    """Open a login for whoever gave the right password and return its token."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.address == network_of(address)))
    session.execute(delete(OperatorLogin).where(OperatorLogin.expires_at <= utc_now()))
    token = secrets.token_urlsafe(32)
    session.add(OperatorLogin(digest=digest(token), expires_at=utc_now() + LOGIN_LASTS))
    return token


def is_logged_in(session: Session, token: str) -> bool:
    """Return whether a token's login is still open."""
    login = session.get(OperatorLogin, digest(token))
    return login is not None and login.expires_at > utc_now()


def log_out(session: Session, token: str) -> None:
    """End a login: a copy of its cookie is worth nothing then."""
    session.execute(delete(OperatorLogin).where(OperatorLogin.digest == digest(token)))


def digest(token: str) -> str:
    """Return what the database knows of a token: who reads the database can't use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def operator_of(token: str) -> str:
    """Return by what the desk knows who is at work: a login's decisions and claims bear it."""
    return digest(token)[:16]


def network_of(address: str) -> str:
    """Return an IPv4 address as it is, of an IPv6 address the /64 that one person has."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, 64), strict=False))
