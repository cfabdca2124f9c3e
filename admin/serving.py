"""The admin page as a part of a larger program: in a thread, for as long as a context lasts."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from admin import create_app
from admin.rounds import Rounds
from admin.server import AdminServer
from model.database import Database
from model.promotions import keep_weights
from model.recognizer import Recognizer
from model.settings import Settings, WrongSetting


@contextmanager
def serving(
    settings: Settings, database: Database, recognizer: Recognizer, tell: Callable[[str], None]
) -> Iterator[AdminServer]:
    """Serve the admin page in a thread of its own as long as the context lasts.

    Without ADMIN_PASSWORD one is made; `tell` hears of it, and of the address. Raises
    `WrongSetting` where the port can't be had.
    """
    with database.write() as session:
        keep_weights(session, settings.weights.read_bytes())
    password = settings.admin_password or secrets.token_urlsafe(9)
    app = create_app(replace(settings, admin_password=password), database, recognizer)
    host, port = settings.admin_host, settings.admin_port
    try:
        server = AdminServer(app, host, port)
    except OSError as error:
        raise WrongSetting(
            f"The admin page can't listen at {host}, port {port} ({error.strerror}): "
            "set ADMIN_HOST and ADMIN_PORT to something free."
        ) from error
    thread = threading.Thread(target=server.run, name="admin")
    thread.start()
    rounds = Rounds(database, settings)
    rounds.start()
    shown = "" if settings.admin_password else f", password for this run: {password}"
    tell(f"The admin page is at http://{host}:{server.port}/{shown}")
    tell(f"Try the reader at http://{host}:{server.port}/try")
    try:
        yield server
    finally:
        rounds.stop()
        server.close()
        thread.join()
        rounds.join()
