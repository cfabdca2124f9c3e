"""The webhook: Telegram posts updates, and gets its 200 once they are committed."""

from __future__ import annotations

import hmac
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

import waitress

from bot import inbox
from bot.inbox import NoUpdate, Place
from model.database import Database

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
"""Bytes; Telegram's longest updates are a small part of it. The server refuses what is longer."""

THREADS = 4

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Webhook:
    """A WSGI application that stores posted updates and hands the new ones on.

    `hand_on` is called in one of the server's threads.
    """

    def __init__(
        self, database: Database, bot_id: int, secret: str, hand_on: Callable[[list[Place]], None]
    ) -> None:
        self.database = database
        self.bot_id = bot_id
        self.secret = secret
        self.hand_on = hand_on

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
            inbox.make_row(self.bot_id, update)
        except (ValueError, RecursionError, NoUpdate):
            return "400 Bad Request"
        try:
            with self.database.write() as session:
                new = inbox.store(session, self.bot_id, [update])
        except Exception:  # Telegram sends it again
            log.exception("webhook: an update could not be stored")
            return "500 Internal Server Error"
        self.hand_on(new)
        return "200 OK"


class WebhookServer:
    """Serves the webhook in a thread; a context manager."""

    def __init__(self, webhook: Webhook, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, port), family=family)
        self.server = waitress.create_server(
            webhook,
            map={},
            sockets=[self.socket],
            threads=THREADS,
            max_request_body_size=LARGEST_BODY,
            ident=None,
        )
        self._thread = threading.Thread(target=self.server.run, name="webhook")

    def __enter__(self) -> WebhookServer:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; requests under way are answered."""
        with closing(self.socket):
            self.server.task_dispatcher.shutdown()
            # waitress's loop ends when nothing is left to watch; it must close that itself
            self.server.trigger.pull_trigger(self._close)
            self._thread.join()

    def _close(self) -> None:
        self.server.close()
        for channel in list(self.server.active_channels.values()):
            channel.handle_close()
