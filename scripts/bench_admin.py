"""How long the admin page's pages take at a million samples.

    .venv/bin/python scripts/bench_admin.py [--samples N] [--database FILE] [--times N]

Fills a database: invented people's drawn digits, read by the real reader, a few hundred of them;
these are then copied by bulk inserts, under other contributors and at other times. Asks each page
over HTTP as an operator does and prints what nineteen of twenty answers took less than.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import io
import re
import sqlite3
import statistics
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from PIL import Image
from sqlalchemy import text

from admin import AdminServer, create_app
from model import demo
from model.database import Database
from model.overview import renew
from model.recognizer import Recognizer
from model.settings import Settings, read_settings

PASSWORD = "made up for one measurement"
DRAWN = 200
"""Samples that are drawn and read; the others are copies of them."""
CONTRIBUTORS = 2000
BOUND = 100
"""Milliseconds that the slowest page may take."""

COPIES = """
WITH RECURSIVE copies(copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < :copies)
"""
PEOPLE = (
    COPIES
    + """
INSERT INTO contributors (id, bot_id, user_id, name, consent, split, created_at, source)
SELECT 1000 + copy, 2, copy, 'Person ' || copy, 'yes',
    CASE copy % 10 WHEN 0 THEN 'test' WHEN 1 THEN 'validation' ELSE 'train' END,
    '2026-01-01 00:00:00.000000', CASE copy % 20 WHEN 0 THEN 'school' ELSE 'telegram' END
FROM copies
"""
)
PHOTOS = (
    COPIES
    + """
INSERT INTO photos (id, bot_id, chat_id, message_id, contributor_id, media_type, width, height,
    sha256, received_at, image)
SELECT :photos * copy + id, 2, copy, id, 1000 + 1 + (copy * 7 + id) % :people, media_type, width,
    height, substr(sha256, 1, 64 - length(copy)) || copy,
    datetime(received_at, '-' || copy || ' minutes') || '.000000', :image
FROM copies CROSS JOIN (SELECT * FROM photos WHERE id <= :photos) ORDER BY copy, id
"""
)
SAMPLES = (
    COPIES
    + """
INSERT INTO samples (id, photo_id, position, line, x0, y0, x1, y1, predicted, confidence, label,
    labelled_by, sender_label, operator_label, created_at, pixels, contributor_id, source, due,
    doubt, suspicion, worth, signature, group_id)
SELECT :samples * copy + s.id, :photos * copy + s.photo_id, position, line, x0, y0, x1, y1,
    predicted, confidence, label, labelled_by, sender_label, operator_label,
    datetime(s.created_at, '-' || copy || ' minutes') || '.000000', pixels,
    1000 + 1 + (copy * 7 + s.photo_id) % :people,
    CASE (1 + (copy * 7 + s.photo_id) % :people) % 20 WHEN 0 THEN 'school' ELSE 'telegram' END,
    due, doubt, suspicion, worth + (copy * 37 % 1000) / 1000000.0,
    signature + copy * 562949953421312, :samples * copy + s.id
FROM copies CROSS JOIN (SELECT * FROM samples WHERE id <= :samples) s ORDER BY copy, s.id
"""
)
PREDICTIONS = (
    COPIES
    + """
INSERT INTO predictions (sample_id, weights, digit, confidence, no_digit, probabilities,
    created_at)
SELECT :samples * copy + sample_id, weights, digit, confidence, no_digit, probabilities, created_at
FROM copies CROSS JOIN (SELECT * FROM predictions WHERE sample_id <= :samples)
ORDER BY copy, sample_id
"""
)
EVENTS = (
    COPIES
    + """
INSERT INTO label_events (sample_id, label, labelled_by, created_at)
SELECT :samples * copy + sample_id, label, labelled_by, created_at
FROM copies CROSS JOIN (SELECT * FROM label_events WHERE sample_id <= :samples) e
ORDER BY copy, e.id
"""
)


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


def fill(database: Database, recognizer: Recognizer, samples: int) -> None:
    """Fill an empty database with about so many samples."""
    began = time.perf_counter()
    weights = read_settings().weights.read_bytes()
    demo.fill(database, recognizer, weights, min(DRAWN, samples))
    multiply(database, samples)
    print(f"Filled after {time.perf_counter() - began:.0f} s.")


def multiply(database: Database, samples: int) -> None:
    """Copy what is drawn until there are about so many samples."""
    with database.engine.connect() as connection:
        counts = {
            table: connection.scalar(text(f"SELECT max(id) FROM {table}"))
            for table in ("photos", "samples")
        }
    given = {**counts, "copies": samples // counts["samples"], "people": CONTRIBUTORS}
    given["image"] = small_photo()
    connection = sqlite3.connect(database.engine.url.database or "")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-500000")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:  # built at the end, each in one go: ten times as fast
        connection.execute(f"DROP INDEX {name}")
    connection.execute(PEOPLE, {"copies": CONTRIBUTORS})
    for statement in (PHOTOS, SAMPLES, PREDICTIONS, EVENTS):
        connection.execute(statement, given)
        connection.commit()
    for _, statement in indexes:
        connection.execute(statement)
    connection.commit()
    (count,) = connection.execute("SELECT count(*) FROM samples").fetchone()
    connection.close()
    print(f"{count:,} samples.")


def small_photo() -> bytes:
    """Return the JPEG that stands for the copies' photos: half a million real ones fill a disk."""
    file = io.BytesIO()
    Image.new("RGB", (160, 120), "#e8e4da").save(file, "JPEG")
    return file.getvalue()


def pages(database: Database) -> list[str]:
    """Return the addresses to ask for."""
    with database.engine.connect() as connection:
        newest = connection.scalar(text("SELECT max(id) FROM samples"))
        middle = newest // 2
        photo = connection.scalar(text(f"SELECT photo_id FROM samples WHERE id = {middle}"))
        weights = connection.scalar(text("SELECT max(weights) FROM predictions"))
    return [
        "/",
        "/review",
        "/review/next",
        "/review/next?predicted=7",
        "/review/next?contributor=1500",
        "/review/next?order=newest",
        "/review/next?status=suspected",
        "/grid?digit=3",
        "/agreement",
        "/samples",
        f"/samples?before={middle}",
        "/samples?label=3",
        "/samples?predicted=3&label=8",
        "/samples?contributor=1500",
        "/samples?source=school",
        f"/samples?weights={weights}",
        "/samples?split=test",
        "/samples?status=corrected",
        "/samples?status=reviewed&predicted=2",
        "/samples?since=2020-01-01&until=2026-12-31&predicted=1",
        "/samples?most=60",
        "/samples?order=unsure",
        "/samples?status=flagged",
        f"/samples/{middle}",
        f"/samples/{middle}.png",
        "/samples?status=disputed",
        f"/photos/{photo}",
        f"/photos/{photo}.jpg",
        "/people",
        "/aside",
        "/weights",
        "/export",
        "/try",
        "/privacy",
        "/healthz",
        "/login",
    ]


def measure(database: Database, recognizer: Recognizer, times: int) -> float:
    """Print every page's median, p95 and CPU time in milliseconds; return the greatest p95."""
    settings = Settings(database_url=database.url, admin_password=PASSWORD)
    server = AdminServer(create_app(settings, database, recognizer), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    slowest = 0.0
    try:
        address = f"http://127.0.0.1:{server.port}"
        renew(database)  # else the first page asked for only says that it is being counted
        operator, stranger = log_in(address), urllib.request.build_opener()
        print(f"{'page':56} {'median':>8} {'p95':>8} {'CPU':>8}   ms")
        for path in pages(database):
            browser = stranger if path == "/login" else operator  # who is in is sent on
            asked = [ask(browser, address + path) for _ in range(times)]
            took, worked = (sorted(each) for each in zip(*asked, strict=True))
            p95 = took[int(0.95 * (len(took) - 1))]
            slowest = max(slowest, p95)
            numbers = (statistics.median(took), p95, statistics.median(worked))
            print(f"{path:56}" + "".join(f" {number:8.1f}" for number in numbers), flush=True)
    finally:
        server.close()
        thread.join()
    return slowest


def log_in(address: str) -> urllib.request.OpenerDirector:
    """Return a browser that is logged in."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}/login").read().decode()
    token = re.search('name="csrf_token" value="([^"]*)"', page)[1]
    form = urllib.parse.urlencode({"csrf_token": token, "password": PASSWORD}).encode()
    browser.open(f"{address}/login", form).read()
    return browser


def ask(browser: urllib.request.OpenerDirector, url: str) -> tuple[float, float]:
    """Return the milliseconds until a page is here whole, and how many of them were work.

    The latter, of this process with both ends in it, tells a slow page from a busy machine.
    """
    began, worked = time.perf_counter(), time.process_time()
    browser.open(url).read()
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)


if __name__ == "__main__":
    main()
