"""`digitbot demo` as one types it: full pages, and nothing of one's own touched."""

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.database import Database
from model.settings import PROJECT, Settings
from tests.patience import PATIENCE
from tests.ports import free_port

PASSWORD = "correct horse"

FULL = {
    "/": "sample",
    "/weights": "in use",
    "/weights/retrainings/1": 'aria-label="Loss by epoch"',
    "/aside": "A press of a button",
    "/people": "<h2>Blocked</h2>",
    "/export": "school",
    "/samples?status=flagged": 'class="pixels"',
    "/samples?source=school": 'class="pixels"',
    "/review": 'id="predicted"',
}
"""Pages, each with what stands on it only where it is full."""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The database of the settings, with somebody's own work in it."""
    path = tmp_path / "own.sqlite"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.scrub()
    database.close()
    return path


@pytest.fixture
def demo(own: Path, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a demo with few samples, and its process."""
    port = free_port()
    environment = {
        **os.environ,
        **{name.upper(): "" for name in Settings.__dataclass_fields__},
        "DATABASE_URL": f"sqlite:///{own}",
        "ADMIN_PORT": str(port),
        "ADMIN_PASSWORD": PASSWORD,
        "TELEGRAM_BOT_TOKEN": "1:abc",
        "TMPDIR": str(tmp_path),
    }
    words = [sys.executable, "-m", "digitbot", "demo", "--samples", "5"]
    process = subprocess.Popen(
        words, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.wait(PATIENCE)


def visit(address: str) -> urllib.request.OpenerDirector:
    """Return a browser that is logged in, as soon as there is somebody to let it in."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    end = time.monotonic() + 2 * PATIENCE
    while True:
        try:
            page = browser.open(f"{address}/login").read().decode()
            break
        except OSError:
            assert time.monotonic() < end, "the demo did not answer"
            time.sleep(0.1)
    token = re.search('name="csrf_token" value="([^"]*)"', page)[1]
    form = urllib.parse.urlencode({"csrf_token": token, "password": PASSWORD})
    browser.open(f"{address}/login", form.encode()).read()
    return browser


def test_the_demo_shows_full_pages_and_touches_nothing_else(
    demo: tuple[str, subprocess.Popen[str]], own: Path, tmp_path: Path
) -> None:
    address, process = demo
    before, there = own.read_bytes(), {*tmp_path.iterdir()}
    browser = visit(address)
    for path, words in FULL.items():
        assert words in browser.open(address + path).read().decode(), path
    retraining = browser.open(f"{address}/weights/retrainings/1").read().decode()
    made = re.search("/weights/[0-9a-f]{16}", retraining)[0]
    card = browser.open(address + made).read().decode()
    assert "McNemar" in card
    assert card.count('class="matrix"') == 2
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    assert f"The admin page is at {address}/" in output
    assert own.read_bytes() == before
    assert {*tmp_path.iterdir()} <= there  # its own database is gone
