"""Settings are read once, and a wrong one is named."""

from pathlib import Path

import pytest

from model.settings import PROJECT, Settings, WrongSetting, read_settings

TOKEN = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({})
    assert settings == Settings()
    assert settings.admin_port == 8000
    assert settings.weights == PROJECT / "weights" / "digits.npz"


def test_every_setting_is_taken_from_its_variable() -> None:
    environment = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": "http://127.0.0.1:9/",
        "DATABASE_URL": "sqlite:///elsewhere.sqlite",
        "ADMIN_HOST": "0.0.0.0",
        "ADMIN_PORT": "8080",
        "ADMIN_PROXIES": "1",
        "ADMIN_PASSWORD": "swordfish",
        "SECRET_KEY": "key",
        "API_KEY": "api",
        "WEIGHTS": "other.npz",
        "MNIST": "mnist",
        "AUTO_PROMOTE": "on",
        "WEBHOOK_URL": "https://example.org/hook",
        "WEBHOOK_SECRET": "abc_-1",
        "WEBHOOK_HOST": "0.0.0.0",
        "WEBHOOK_PORT": "9001",
        "LOG_FORMAT": "json",
        "METRICS_TOKEN": "watcher",
        "METRICS_PORT": "9002",
        "LIMIT_A_MINUTE": "7",
        "LIMIT_A_DAY": "0",
        "KEEP_ORIGINALS_DAYS": "30",
        "DEVELOPER_INFO": "Ada\\nada@example.org",
    }
    assert set(environment) == {name.upper() for name in Settings.__dataclass_fields__}
    settings = read_settings(environment)
    assert settings.bot_id == 123456
    assert settings.telegram_api_url == "http://127.0.0.1:9"
    assert settings.weights == Path("other.npz")
    assert (settings.mnist, settings.auto_promote) == (Path("mnist"), True)
    assert settings.webhook_port == 9001
    assert (settings.limit_a_minute, settings.limit_a_day) == (7, 0)
    assert settings.keep_originals_days == 30
    assert settings.developer_info == "Ada\nada@example.org"


def test_an_empty_value_counts_as_not_set() -> None:
    assert read_settings({"ADMIN_PASSWORD": " ", "ADMIN_PORT": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "nonsense"),
        ("TELEGRAM_API_URL", "api.telegram.org"),
        ("DATABASE_URL", "nonsense"),
        ("ADMIN_PORT", "http"),
        ("ADMIN_PORT", "70000"),
        ("ADMIN_PROXIES", "10"),
        ("ADMIN_PROXIES", "-1"),
        ("WEBHOOK_PORT", "0"),
        ("METRICS_PORT", "0"),
        ("LOG_FORMAT", "xml"),
        ("LIMIT_A_MINUTE", "many"),
        ("LIMIT_A_DAY", "-1"),
        ("KEEP_ORIGINALS_DAYS", "0"),
        ("KEEP_ORIGINALS_DAYS", "40000"),
        ("DEVELOPER_INFO", "x" * 3001),
        ("WEBHOOK_URL", "example"),
        ("WEBHOOK_SECRET", "with space"),
    ],
)
def test_a_wrong_value_is_refused_by_name_in_one_line(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name) as caught:
        read_settings({name: value})
    assert "\n" not in str(caught.value)


def test_a_webhook_needs_its_secret() -> None:
    with pytest.raises(WrongSetting, match="WEBHOOK_SECRET"):
        read_settings({"WEBHOOK_URL": "https://example.org/hook"})


def test_a_proxy_needs_a_key_that_all_processes_share() -> None:
    with pytest.raises(WrongSetting, match="SECRET_KEY"):
        read_settings({"ADMIN_PROXIES": "1"})


def test_secrets_do_not_show() -> None:
    secrets = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "ADMIN_PASSWORD": "swordfish",
        "SECRET_KEY": "hush-hush",
        "API_KEY": "my-api-key",
        "DATABASE_URL": "postgresql://user:pa55@host/db",
        "WEBHOOK_SECRET": "web-secret",
    }
    shown = repr(read_settings(secrets))
    assert not [value for value in secrets.values() if value in shown]
    with pytest.raises(WrongSetting) as caught:
        read_settings({"TELEGRAM_BOT_TOKEN": TOKEN + " broken"})
    assert TOKEN not in str(caught.value)
