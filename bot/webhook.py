"""The webhook: Telegram posts updates, and gets its 200 once they are committed."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.exc import OperationalError

from bot import inbox
from bot.faults import in_words
from bot.inbox import NoUpdate
from bot.shared_inbox import SharedInbox, Stored
from bot.wsgi_server import StartResponse, WsgiServer
from model.metrics import FAULTS

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
"""Bytes; Telegram's longest updates are a small part of it. The server refuses what is longer."""


class Webhook:
    """A WSGI application that stores posted updates and hands the new ones on.

    `hand_on` is called in one of the server's threads; so is `put_off`, with what the database
    can't take now.
    """

    def __init__(
        self,
        shared: SharedInbox,
        secret: str,
        hand_on: Callable[[Stored], None],
        put_off: Callable[[Any], None],
    ) -> None:
        self.shared = shared
        self.secret = secret
        self.hand_on = hand_on
        self.put_off = put_off

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status = self.answer(environ)
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return [b""]

    def answer(self, environ: dict[str, Any]) -> str:
        """Take a request and return the status of its answer."""
        if environ["REQUEST_METHOD"] != "POST":
            return "405 Method Not Allowed"
        given = environ.get("HTTP_X_TELEGRAM_BOT_API_SECRET_TOKEN", "")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            log.warning("webhook: a request without the right secret was refused")
            return "403 Forbidden"
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != "application/json":
            return "415 Unsupported Media Type"
        try:
            update = json.loads(environ["wsgi.input"].read())
            inbox.make_row(self.shared.bot_id, update)
        except (ValueError, RecursionError, NoUpdate):
            return "400 Bad Request"
        try:
            if self.shared.is_full():
                return "503 Service Unavailable"  # Telegram keeps it and sends it again
            new = self.shared.store([update])
        except Exception as error:  # Telegram sends it again
            FAULTS.labels(type(error).__name__).inc()
            foreseen = isinstance(error, OperationalError)
            log.error("webhook: not stored: %s", in_words(error), exc_info=not foreseen)
            if foreseen:
                self.put_off(update)
            return "500 Internal Server Error"
        self.hand_on(new)
        return "200 OK"


def webhook_server(webhook: Webhook, host: str, port: int) -> WsgiServer:
    """Return the server of a webhook: a context manager that serves meanwhile."""
    return WsgiServer(webhook, host, port, LARGEST_BODY)
