"""The settings: environment and `.env`, read once into a frozen dataclass."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PROJECT = Path(__file__).resolve().parent.parent
"""The folder of the clone: `.env`, `data/` and `weights/` stand in it."""

TOKEN_FORM = re.compile(r"\d+:[A-Za-z0-9_-]+")
SECRET_FORM = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram allows as the secret of a webhook."""

NUMBERS = {"admin_proxies", "limit_a_minute", "limit_a_day", "keep_originals_days"}

MOST_PROXIES = 9

MOST_DAYS = 36500

LONGEST_INFO = 3000
"""Characters: a message holds 4096."""


class WrongSetting(ValueError):
    """A setting is missing or can't be used; the message names it and says what it should be."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside; secrets don't show in its repr."""

    telegram_bot_token: str | None = field(default=None, repr=False)
    telegram_api_url: str = "https://api.telegram.org"
    database_url: str = field(default=f"sqlite:///{PROJECT}/data/digitbot.sqlite", repr=False)
    admin_host: str = "127.0.0.1"
    admin_port: int = 8000
    admin_proxies: int = 0
    admin_password: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    weights: Path = PROJECT / "weights" / "digits.npz"
    mnist: Path | None = None
    auto_promote: bool = False
    webhook_url: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8001
    log_format: str = "text"
    metrics_token: str | None = field(default=None, repr=False)
    metrics_port: int = 8002
    limit_a_minute: int = 60
    limit_a_day: int = 1000
    keep_originals_days: int | None = None
    developer_info: str | None = None

    def __post_init__(self) -> None:
        """Raise `WrongSetting` for the first value that can't be used."""
        token = self.telegram_bot_token
        if token is not None and not TOKEN_FORM.fullmatch(token):
            raise WrongSetting(
                "TELEGRAM_BOT_TOKEN is not a bot token: it should look like 123456:ABC-DEF, "
                "as @BotFather gave it to you."
            )
        check_url("TELEGRAM_API_URL", self.telegram_api_url, {"http", "https"})
        check_database_url(self.database_url)
        for name, port in (
            ("ADMIN_PORT", self.admin_port),
            ("WEBHOOK_PORT", self.webhook_port),
            ("METRICS_PORT", self.metrics_port),
        ):
            if not 0 < port < 65536:
                raise WrongSetting(f"{name} should be a port from 1 to 65535, not {port}.")
        if self.admin_proxies > MOST_PROXIES:
            raise WrongSetting(
                f"ADMIN_PROXIES should be how many proxies stand before the admin page, at most "
                f"{MOST_PROXIES}, not {self.admin_proxies}."
            )
        if self.admin_proxies and not self.secret_key:
            raise WrongSetting(
                "SECRET_KEY is missing: with ADMIN_PROXIES set there may be several admin "
                "processes, which must all know the same; `openssl rand -hex 32` draws one."
            )
        if self.keep_originals_days is not None and not 0 < self.keep_originals_days <= MOST_DAYS:
            raise WrongSetting(
                f"KEEP_ORIGINALS_DAYS should be a number of days from 1 to {MOST_DAYS}, not "
                f"{self.keep_originals_days}; unset, originals stay."
            )
        if self.log_format not in ("text", "json"):
            raise WrongSetting(f"LOG_FORMAT should be text or json, not {self.log_format!r}.")
        if len(self.developer_info or "") > LONGEST_INFO:
            raise WrongSetting(f"DEVELOPER_INFO should have at most {LONGEST_INFO} characters.")
        if self.webhook_url is not None:
            check_url("WEBHOOK_URL", self.webhook_url, {"https", "http"})
            if self.webhook_secret is None:
                raise WrongSetting(
                    "WEBHOOK_SECRET is missing: with WEBHOOK_URL set, give 1 to 256 letters, "
                    "digits, _ or -, which Telegram then sends with every update."
                )
        if self.webhook_secret is not None and not SECRET_FORM.fullmatch(self.webhook_secret):
            raise WrongSetting("WEBHOOK_SECRET should be 1 to 256 letters, digits, _ or -.")

    @property
    def bot_id(self) -> int | None:
        """The bot's own user id, the part of its token before the colon."""
        token = self.telegram_bot_token
        return None if token is None else int(token.split(":")[0])


def check_url(name: str, value: str, schemes: set[str]) -> None:
    """Raise `WrongSetting` unless `value` is an address with one of `schemes`."""
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.netloc:
        raise WrongSetting(f"{name} should be an address such as https://example.org.")


def check_database_url(value: str) -> None:
    """Raise `WrongSetting` unless SQLAlchemy understands `value`."""
    try:
        make_url(value)
    except ArgumentError:
        raise WrongSetting(
            "DATABASE_URL should be an SQLAlchemy URL such as sqlite:///data/digitbot.sqlite."
        ) from None


def whole_number(name: str, value: str) -> int:
    """Return `value` as a number; raise `WrongSetting` with the setting's name."""
    if not value.isdecimal() or len(value) > 9:
        kind = "a port from 1 to 65535" if name.endswith("_PORT") else "a number, 0 for none"
        raise WrongSetting(f"{name} should be {kind}, not {value!r}.")
    return int(value)


def on_or_off(name: str, value: str) -> bool:
    """Return whether `value` says on; raise `WrongSetting` for other words."""
    if value not in ("on", "off"):
        raise WrongSetting(f"{name} should be on or off, not {value!r}.")
    return value == "on"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of `environment` (by default the process's, over the file `.env`).

    An empty value counts as not set. Raises `WrongSetting`.
    """
    if environment is None:
        from_file = dotenv_values(PROJECT / ".env")
        environment = {name: value or "" for name, value in from_file.items()} | dict(os.environ)
    given: dict[str, str | int | bool | Path] = {}
    for name in Settings.__dataclass_fields__:
        value = environment.get(name.upper(), "").strip()
        if not value:
            continue
        if name.endswith("_port") or name in NUMBERS:
            given[name] = whole_number(name.upper(), value)
        elif name == "developer_info":
            given[name] = value.replace("\\n", "\n")
        elif name in ("weights", "mnist"):
            given[name] = Path(value).expanduser()
        elif name == "auto_promote":
            given[name] = on_or_off(name.upper(), value)
        else:
            given[name] = value.rstrip("/") if name in ("telegram_api_url",) else value
    return Settings(**given)  # type: ignore[arg-type]  # the names are the dataclass's own
