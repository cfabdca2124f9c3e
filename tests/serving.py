"""The admin page before a real server, as operators have it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from admin import AdminServer
from tests.patience import PATIENCE


@contextmanager
def serving(app: Flask) -> Iterator[AdminServer]:
    """Serve an application on a free port as long as the context lasts."""
    server = AdminServer(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(PATIENCE)
    assert not thread.is_alive()
