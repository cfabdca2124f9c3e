"""Secrets stay out of the logs, whoever writes there: tokens, and file addresses with them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from model.settings import Settings

HIDDEN = "(hidden)"
ANY_TOKEN = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}")
FILE_ADDRESS = re.compile(r"\S*/file/bot\S+")


def redactor(settings: Settings) -> Callable[[str], str]:
    """Return a function that hides the settings' secrets, and whatever looks like a token."""
    secrets = [settings.telegram_bot_token, settings.webhook_secret, settings.webhook_url]

    def redact(text: str) -> str:
        text = FILE_ADDRESS.sub(HIDDEN, text)
        for secret in secrets:
            if secret:
                text = text.replace(secret, HIDDEN)
        return ANY_TOKEN.sub(HIDDEN, text)

    return redact


@contextmanager
def redacted_logs(redact: Callable[[str], str]) -> Iterator[None]:
    """Redact every log record made meanwhile, its traceback too.

    A filter would have to sit on each handler there is; records all come from one factory.
    """
    make = logging.getLogRecordFactory()
    formatter = logging.Formatter()

    def make_redacted(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = make(*arguments, **named)
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = redact(formatter.formatException(record.exc_info))
            record.exc_info = None  # handlers such as pytest's would format it anew
        return record

    logging.setLogRecordFactory(make_redacted)
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # its errors are raised too
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)
