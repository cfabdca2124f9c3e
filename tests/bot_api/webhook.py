"""Delivery of updates to the bot's webhook."""

import http.client
import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.bot_api.errors import bad_request
from tests.bot_api.updates import Pending, UpdateQueue

PARALLEL = 8  # deliveries at once, less if max_connections says so


@dataclass
class Webhook:
    """Posts updates until the bot answers 200: side by side, but those of one chat in order.

    `proxies`, http addresses, stand for the operator's HTTPS proxy: what Telegram sends to
    https://… goes there with the same path, to each of them in turn.
    """

    queue: UpdateQueue
    proxies: tuple[str, ...] = ()
    content_type: str = "application/json"
    pause: float = 0.1  # seconds before another try
    url: str = ""
    secret_token: str = ""
    last_error: str = ""
    _sent: int = 0
    _round: int = 0  # workers of an older setWebhook end
    _busy: set[int] = field(default_factory=set)
    _not_before: dict[int, float] = field(default_factory=dict)
    _workers: list[threading.Thread] = field(default_factory=list)

    def set(self, url: str, secret_token: str, max_connections: int) -> None:
        """Answer setWebhook."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret_token):
            raise bad_request("secret token contains unallowed characters")
        if urlsplit(url).scheme not in ("https", "http"):  # http as with a local Bot API server
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self.delete()
        with self.queue.arrived:
            self.url, self.secret_token, self.last_error = url, secret_token, ""
            self._busy, self._not_before = set(), {}
            for _ in range(min(PARALLEL, max_connections)):
                worker = threading.Thread(target=self._work, args=(self._round,))
                self._workers.append(worker)
                worker.start()
            self.queue.arrived.notify_all()  # a long poll ends

    def delete(self) -> None:
        """Answer deleteWebhook; deliveries under way are left to end."""
        with self.queue.arrived:
            self.url = ""
            self._round += 1
            self.queue.arrived.notify_all()

    def info(self) -> dict[str, Any]:
        """Answer getWebhookInfo."""
        body: dict[str, Any] = {"url": self.url, "has_custom_certificate": False}
        body["pending_update_count"] = len(self.queue.pending)
        if self.last_error:
            body |= {"last_error_date": int(time.time()), "last_error_message": self.last_error}
        return body

    def close(self) -> None:
        """End all deliveries; returns when the last has."""
        self.delete()
        for worker in self._workers:
            worker.join()

    def _work(self, this_round: int) -> None:
        while True:
            with self.queue.arrived:
                while (entry := self._next()) is None and self._round == this_round:
                    self.queue.arrived.wait(self.pause)
                if entry is None or self._round != this_round:
                    return
                self._busy.add(entry.chat_id)
                url, secret_token = self.url, self.secret_token
            error = self._post(url, secret_token, entry.update)
            with self.queue.arrived:
                self._busy.discard(entry.chat_id)
                if error:
                    self.last_error = error
                    self._not_before[entry.chat_id] = time.monotonic() + self.pause
                elif entry in self.queue.pending:
                    self.queue.pending.remove(entry)
                self.queue.arrived.notify_all()

    def _next(self) -> Pending | None:
        """Return the first update whose chat has no delivery under way and no pause."""
        now = time.monotonic()
        for entry in self.queue.pending:
            paused = self._not_before.get(entry.chat_id, 0.0) > now
            if entry.chat_id not in self._busy and not paused:
                return entry
        return None

    def _post(self, url: str, secret_token: str, update: dict[str, Any]) -> str:
        """Deliver one update; return what went wrong, "" if nothing."""
        target = urlsplit(url)
        self._sent += 1
        proxy = self.proxies[self._sent % len(self.proxies)] if self.proxies else url
        host = urlsplit(proxy).netloc
        headers = {"Content-Type": self.content_type, "Host": target.netloc}
        if secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret_token
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        connection = http.client.HTTPConnection(host, timeout=10)
        try:
            connection.request("POST", path, json.dumps(update).encode(), headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        if 200 <= answer.status < 300:
            return ""
        return f"Wrong response from the webhook: {answer.status} {answer.reason}"
