import socket
import threading
import time
import urllib.request

import pytest
from flask import Flask

from admin import AdminServer
from admin.login import public
from tests.patience import PATIENCE
from tests.serving import serving


@pytest.fixture
def asked() -> threading.Event:
    return threading.Event()


@pytest.fixture
def served(own_app: Flask, asked: threading.Event):
    @own_app.get("/slow")
    @public
    def slow() -> str:
        asked.set()
        time.sleep(0.2)
        return "done"

    with serving(own_app) as server:
        yield server


def get(server: AdminServer, path: str) -> bytes:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{server.port}{path}", timeout=PATIENCE
    ) as response:
        return response.read()


def test_it_serves(served: AdminServer):
    assert b'"ok"' in get(served, "/healthz")


def test_it_does_not_say_what_serves(served: AdminServer):
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/privacy") as response:
        assert "Server" not in response.headers


def test_closing_lets_a_request_end(served: AdminServer, asked: threading.Event):
    answers: list[bytes] = []
    asking = threading.Thread(target=lambda: answers.append(get(served, "/slow")))
    asking.start()
    assert asked.wait(PATIENCE)
    served.close()
    asking.join(PATIENCE)
    assert answers == [b"done"]
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", served.port), timeout=1)


def test_closing_does_not_wait_for_idle_connections(served: AdminServer):
    with socket.create_connection(("127.0.0.1", served.port)):
        began = time.monotonic()
        served.close()
        assert time.monotonic() - began < PATIENCE / 2


def test_closing_twice_is_harmless(served: AdminServer):
    served.close()
    served.close()


def test_localhost_may_be_two_addresses(app: Flask):
    server = AdminServer(app, "localhost", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.port > 0
    server.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()
