"""Serves the desk with waitress, in a thread of its own if wanted, and stops cleanly."""

from __future__ import annotations

import threading
from contextlib import suppress

from flask import Flask
from waitress import create_server, wasyncore
from waitress.trigger import trigger

from admin.security import UPLOAD_LIMIT

THREADS = 8
"""Browsers ask for several pictures at once, and a download occupies one."""


class AdminServer:
    """Listens from the moment it is made: `run()` serves until `close()` is called elsewhere."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._channels: dict[int, object] = {}
        self._idle = threading.Event()
        self._idle.set()
        self._server = create_server(
            app,
            map=self._channels,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=UPLOAD_LIMIT + 64 * 1024,  # Flask says it in a friendlier way
            channel_timeout=60,
        )

    @property
    def port(self) -> int:
        """The port it listens on; where 0 was asked for, the one it got."""
        server = self._server
        listening = getattr(server, "effective_listen", None)
        return int(listening[0][1] if listening else server.effective_port)

    def run(self) -> None:
        """Serve; returns after `close()`."""
        self._idle.clear()
        try:
            self._server.run()
        finally:
            self._idle.set()

    def close(self, patience: float = 5) -> None:
        """Let the requests that run end, at most `patience` seconds, then stop `run()`.

        The port is free again when this returns.

        May be called from any thread. The sockets are closed by the thread that waits on them,
        which is what a trigger is for.
        """
        self._server.task_dispatcher.shutdown(timeout=patience)
        for channel in list(self._channels.values()):
            if isinstance(channel, trigger):
                with suppress(OSError):  # another pull came first, and has closed all by now
                    channel.pull_trigger(lambda: wasyncore.close_all(self._channels))
                self._idle.wait(patience)
                return
