import logging

import pytest

from bot.redaction import redacted_logs, redactor
from model.settings import Settings

TOKEN = "123456:short"
SETTINGS = Settings(
    telegram_bot_token=TOKEN,
    webhook_url="https://example.org/hook-path",
    webhook_secret="s3cret-value",
)


@pytest.mark.parametrize(
    "text",
    [
        f"POST http://127.0.0.1/bot{TOKEN}/sendMessage",
        f"GET https://api.telegram.org/file/bot{TOKEN}/photos/file_1.jpg",
        "https://other.example/file/bot999/photos/face.jpg",
        "another token 9876543210:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-x",
        "X-Telegram-Bot-Api-Secret-Token: s3cret-value",
        "setWebhook https://example.org/hook-path",
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    redacted = redactor(SETTINGS)(text)
    for secret in (TOKEN, "AAHdq", "face.jpg", "file_1", "s3cret-value", "hook-path"):
        assert secret not in redacted
    assert "(hidden)" in redacted


def test_ordinary_text_stays() -> None:
    text = "update 482000001 (row 5): PhotoSent, 0.120 s at 12:30:45"
    assert redactor(SETTINGS)(text) == text


def test_log_records_are_redacted_with_arguments_and_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger("anybody")
    with redacted_logs(redactor(SETTINGS)):
        try:
            raise RuntimeError(f"cannot reach /bot{TOKEN}/getMe")
        except RuntimeError:
            log.exception("calling %s failed", f"/bot{TOKEN}/getMe")
    text = "\n".join(logging.Formatter("%(message)s").format(r) for r in caplog.records)
    assert TOKEN not in text
    assert "RuntimeError: cannot reach /bot(hidden)/getMe" in text


def test_outside_the_block_logging_is_as_before(caplog: pytest.LogCaptureFixture) -> None:
    with redacted_logs(redactor(SETTINGS)):
        pass
    logging.getLogger("anybody").warning("%s", TOKEN)
    assert TOKEN in caplog.text
