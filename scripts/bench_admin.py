"""How long the admin page's pages take at a million samples.

    .venv/bin/python -m scripts.bench_admin [--samples N] [--database FILE] [--times N]

Fills a database (`scripts/many_samples.py`). Asks each page that there is over HTTP as an operator
does, decides, undoes and accepts grids, and prints what nineteen of twenty answers took less than.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import re
import statistics
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from admin import AdminServer, create_app
from model.database import Database
from model.overview import renew
from model.processes import spare_the_collector
from model.recognizer import Recognizer
from model.settings import Settings, read_settings
from scripts.many_samples import fill

PASSWORD = "made up for one measurement"
WATCHER = "made up too"
FORM = "application/x-www-form-urlencoded"
BOUND = 100
"""Milliseconds that the slowest page may take."""

VARIANTS = {
    "review.send_next": (
        "predicted=7", "contributor=1500", "order=newest", "status=suspected", "status=flagged",
        "source=school", "source=nowhere", "weights={weights}", "weights=none", "split=test",
        "sender=5&order=newest", "most=2", "status=disputed", "label=3&predicted=8",
    ),
    "grid.show": ("digit=3", "digit=3&on=1"),
    "samples.page": (
        "before={middle}", "label=3", "predicted=3&label=8", "contributor=1500", "source=school",
        "weights={weights}", "split=test", "status=corrected", "status=reviewed&predicted=2",
        "since=2020-01-01&until=2026-12-31&predicted=1", "most=60", "order=unsure",
        "status=flagged", "status=suspected", "status=disputed",
    ),
}  # fmt: skip
"""What pages are asked beside, by the names of their endpoints."""
NO_PAGES = {"static", "export.download"}
"""What sends files: scripts/bench_export.py is about the latter."""
PICTURES = {"samples.way"}
"""Every stage of a reading, drawn for whoever opens it: not bound by what a page may take."""


def main() -> None:
    """Fill, ask, print; exits with 1 when a page takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--database", type=Path, help="Kept, and used again when it is there.")
    parser.add_argument("--times", type=int, default=40, help="How often each page is asked for.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "million.sqlite"
        fresh = not path.exists()
        database = Database(f"sqlite:///{path}")
        recognizer = Recognizer.load(read_settings().weights)
        database.upgrade()
        if fresh:
            fill(database, recognizer, options.samples)
        slowest = measure(database, recognizer, options.times)
        database.close()
    print(f"The slowest page: {slowest:.0f} ms (p95); {BOUND} ms is the bound.")
    raise SystemExit(slowest >= BOUND)


@dataclass(frozen=True)
class Page:
    """Something to ask for."""

    path: str
    endpoint: str

    @property
    def name(self) -> str:
        """What its row is called."""
        return f"{self.path} (a picture)" if self.endpoint in PICTURES else self.path


def pages(app: Flask, database: Database) -> list[Page]:
    """Return the addresses to ask for: every one that the application has, some in variants.

    Fails where an address names a thing that this script knows none of.
    """
    given, drawn = things(database)
    adapter = app.url_map.bind("")
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGES:
            continue
        known = given | drawn if rule.endpoint in ("samples.way", "samples.photo") else given
        path = adapter.build(rule.endpoint, {name: known[name] for name in rule.arguments})
        variants = [each.format(**given) for each in VARIANTS.get(rule.endpoint, ())]
        found += [Page(path, rule.endpoint)]
        found += [Page(f"{path}?{each}", rule.endpoint) for each in variants]
    return found


def things(database: Database) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what addresses name, and instead of a copy's photo one that is drawn."""
    ask = {
        "middle": "SELECT max(id) / 2 FROM samples",
        "photo_id": "SELECT max(photo_id) / 2 FROM samples",
        "drawn": "SELECT min(id) FROM photos WHERE bot_id = 1",
        "weights": "SELECT max(weights) FROM predictions",
        "fingerprint": "SELECT fingerprint FROM weights_files ORDER BY id DESC LIMIT 1",
        "number": "SELECT max(id) FROM retrainings",
    }
    with database.engine.connect() as connection:
        found = {name: connection.scalar(text(query)) for name, query in ask.items()}
    return found | {"sample_id": found["middle"]}, {"photo_id": found["drawn"]}


def measure(database: Database, recognizer: Recognizer, times: int) -> float:
    """Print every page's median, p95 and CPU time in milliseconds; return the greatest p95."""
    settings = Settings(database_url=database.url, admin_password=PASSWORD, metrics_token=WATCHER)
    app = create_app(settings, database, recognizer)
    server = AdminServer(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        spare_the_collector()  # as the command line does
        renew(database)  # else the first page asked for only says that it is being counted
        print(f"{'page':56} {'median':>8} {'p95':>8} {'CPU':>8}   ms")
        return ask_all(f"http://127.0.0.1:{server.port}", pages(app, database), times)
    finally:
        server.close()
        thread.join()


def ask_all(address: str, found: list[Page], times: int) -> float:
    """Ask for every page and decide as often; return the greatest p95 of what is bound."""
    operator, stranger = log_in(address), urllib.request.build_opener()
    bound = []
    for page in found:
        browser = stranger if page.endpoint == "login.show" else operator  # who is in is sent on
        operator.open(f"{address}/review").read()  # gives back what the last row has fetched
        p95 = show(page.name, [ask(browser, address + page.path) for _ in range(times)])
        bound += [] if page.endpoint in PICTURES else [p95]
    desk = Deciding(operator, address)
    for name, press in (
        ("POST /review/decisions", desk.decide),
        ("POST /review/undo", desk.undo),
        ("POST /grid, and the next one", desk.accept),
        ("POST /grid/undo, and the grid", desk.undo_grid),
    ):
        bound.append(show(name, [press() for _ in range(times)]))
    return max(bound)


def show(name: str, asked: list[tuple[float, float]]) -> float:
    """Print a row of the table and return its p95."""
    took, worked = (sorted(each) for each in zip(*asked, strict=True))
    p95 = took[int(0.95 * (len(took) - 1))]
    numbers = (statistics.median(took), p95, statistics.median(worked))
    print(f"{name:56}" + "".join(f" {number:8.1f}" for number in numbers), flush=True)
    return p95


class Deciding:
    """An operator who decides; what is fetched for that beforehand is not measured."""

    def __init__(self, browser: urllib.request.OpenerDirector, address: str) -> None:
        self.browser = browser
        self.address = address
        self.token = self.fetch("/review/token")["csrf"]

    def fetch(self, path: str) -> Any:
        """Return the JSON at a path."""
        return json.loads(self.browser.open(self.address + path).read())

    def post(self, path: str, body: bytes, kind: str) -> tuple[float, float]:
        """Send something and return what `ask` does."""
        headers = {"Content-Type": kind, "X-CSRFToken": self.token, "Accept": "application/json"}
        return ask(self.browser, urllib.request.Request(self.address + path, body, headers))

    def decide(self) -> tuple[float, float]:
        """Label the next sample, what was fetched before being let go of."""
        self.browser.open(f"{self.address}/review").read()
        sample = self.fetch("/review/next")["samples"][0]["id"]
        decisions = [{"sample": sample, "label": 3, "cause": str(uuid.uuid4())}]
        body = json.dumps({"decisions": decisions}).encode()
        return self.post("/review/decisions", body, "application/json")

    def undo(self) -> tuple[float, float]:
        """Undo the newest decision."""
        return self.post("/review/undo", b"", FORM)

    def accept(self) -> tuple[float, float]:
        """Accept a grid but for its first sample."""
        grid = self.browser.open(f"{self.address}/grid?digit=3").read().decode()
        shown = re.findall('name="shown" value="([0-9]+)"', grid)
        fields = [("cause", str(uuid.uuid4())), *[("wrong", each) for each in shown[:1]]]
        body = urllib.parse.urlencode(fields + [("shown", each) for each in shown]).encode()
        return self.post("/grid?digit=3", body, FORM)

    def undo_grid(self) -> tuple[float, float]:
        """Undo a grid."""
        return self.post("/grid/undo?digit=3", b"", FORM)


def log_in(address: str) -> urllib.request.OpenerDirector:
    """Return a browser that is logged in."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.addheaders = [("Authorization", f"Bearer {WATCHER}")]  # for /metrics
    page = browser.open(f"{address}/login").read().decode()
    token = re.search('name="csrf_token" value="([^"]*)"', page)[1]
    form = urllib.parse.urlencode({"csrf_token": token, "password": PASSWORD}).encode()
    browser.open(f"{address}/login", form).read()
    return browser


def ask(
    browser: urllib.request.OpenerDirector, url: str | urllib.request.Request
) -> tuple[float, float]:
    """Return the milliseconds until a page is here whole, and how many of them were work.

    The latter, of this process with both ends in it, tells a slow page from a busy machine.
    """
    began, worked = time.perf_counter(), time.process_time()
    browser.open(url).read()
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)


if __name__ == "__main__":
    main()
