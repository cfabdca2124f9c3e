"""Serves a WSGI application in a thread of its own and stops cleanly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

import waitress

THREADS = 4

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class WsgiServer:
    """Serves as long as its context lasts; refuses bodies over `largest_body` bytes."""

    def __init__(self, application: Application, host: str, port: int, largest_body: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, port), family=family)
        self.server = waitress.create_server(
            application,
            map={},
            sockets=[self.socket],
            threads=THREADS,
            max_request_body_size=largest_body,
            ident=None,
        )
        self._thread = threading.Thread(target=self.server.run, name="wsgi")

    def __enter__(self) -> WsgiServer:
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
