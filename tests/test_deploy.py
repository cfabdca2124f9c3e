"""The files of deploy/ and compose.yaml name commands, settings and paths that there are."""

import re

import digitbot
from model.settings import PROJECT, Settings

COMPOSE = (PROJECT / "compose.yaml").read_text(encoding="utf-8")
SERVICE = (PROJECT / "deploy" / "digitbot.service").read_text(encoding="utf-8")
OTHERS = {"DOMAIN", "POSTGRES_USER", "POSTGRES_PASSWORD"}
"""What compose.yaml hands to PostgreSQL and Caddy, and asks of .env."""


def test_every_setting_is_one() -> None:
    told = set(re.findall(r"^ +([A-Z_]+):", COMPOSE, re.MULTILINE))
    assert told - OTHERS <= {name.upper() for name in Settings.__dataclass_fields__}
    assert "ADMIN_PROXIES" in told


def test_every_command_is_one() -> None:
    commands = re.findall(r'^    command: \["([a-z-]+)"\]', COMPOSE, re.MULTILINE)
    assert sorted(commands) == ["admin", "bot", "upgrade"]
    commands += re.findall(r"^ExecStart=\S+/digitbot ([a-z-]+)$", SERVICE, re.MULTILINE)
    assert set(commands) <= set(digitbot.main.commands)


def test_ports_are_the_defaults_and_paths_are_there() -> None:
    caddy = (PROJECT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    settings = Settings()
    assert f"admin:{settings.admin_port}" in caddy
    assert f"a bot {settings.webhook_port}" in caddy
    for path in re.findall(r"deploy/\w+(?:\.\w+)?", COMPOSE):
        assert (PROJECT / path).exists(), path


def test_the_health_of_each_is_asked_where_it_listens() -> None:
    docker = (PROJECT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    settings = Settings()
    assert f"http://127.0.0.1:{settings.admin_port}/healthz" in docker
    bot = COMPOSE.partition("\n  bot:\n")[2].partition("\n  admin:\n")[0]
    assert f"('127.0.0.1', {settings.webhook_port})" in bot.partition("healthcheck:")[2]


def test_the_image_runs_as_nobody_special_and_holds_no_secret() -> None:
    lines = (PROJECT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines.index("USER digitbot") < lines.index('ENTRYPOINT ["digitbot"]')
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", ".git", "data"} <= set(ignored)
