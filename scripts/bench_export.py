"""How much memory an export of a million samples takes, and how long.

    .venv/bin/python scripts/bench_export.py [--samples N] [--database FILE] [--formats csv,idx]

Fills a database with random pixels (photos are tiny: their size is read one by one anyway), freezes
a version, and runs `digitbot export` for each format in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from model.database import Database
from model.export import FORMATS, file_name
from model.settings import PROJECT
from model.tables import Consent, Contributor, Labeller, Photo, Prediction, Sample, Split, Which
from model.versions import freeze_version

BOUND = 200
"""Megabytes that an export may take, resident."""


def main() -> None:
    """Fill, freeze, export, print; exits with 1 when an export takes more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--database", type=Path, help="Kept, and used again when it is there.")
    parser.add_argument("--formats", default=",".join(FORMATS))
    options = parser.parse_args()
    most = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "million.sqlite"
        fresh = not path.exists()
        database = Database(f"sqlite:///{path}")
        if fresh:
            fill(database, options.samples)
        started = time.perf_counter()
        with database.write() as session:
            version = freeze_version(session, Which.ALL)
        seconds = time.perf_counter() - started
        print(f"version {version.id}: {version.samples:,} samples, frozen in {seconds:.1f} s")
        print("format     seconds  megabytes of file  megabytes resident")
        for name in options.formats.split(","):
            out = Path(folder) / file_name(name, version.id)
            seconds, megabytes = export(database.url, name, version.id, out)
            size = out.stat().st_size / 1e6
            print(f"{name:9} {seconds:8.1f} {size:18.1f} {megabytes:19.1f}", flush=True)
            most = max(most, megabytes)
            out.unlink()
        database.close()
    raise SystemExit(most > BOUND)


def fill(database: Database, samples: int) -> None:
    """Fill an empty database: a thousand people, a digit a photo."""
    database.upgrade()
    people = [
        {"id": n, "bot_id": 1, "user_id": n, "name": f"Person {n}", "consent": Consent.YES,
         "split": list(Split)[max(0, n % 10 - 7)]}
        for n in range(1, PEOPLE + 1)
    ]  # fmt: skip
    with database.write() as session:
        session.execute(insert(Contributor), people)
    rng = np.random.default_rng(0)
    for start in range(1, samples + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, samples + 1))
        with database.write() as session:
            session.execute(insert(Photo), [made_photo(n) for n in numbers])
            session.execute(insert(Sample), [made_sample(n, rng) for n in numbers])
            session.execute(insert(Prediction), [made_prediction(n) for n in numbers])


PEOPLE, AT_ONCE = 1000, 20_000


def made_photo(number: int) -> dict[str, object]:
    """Return the columns of a photo."""
    return {
        "id": number, "bot_id": 1, "chat_id": 1, "message_id": number,
        "contributor_id": 1 + number % PEOPLE, "media_type": "image/jpeg", "width": 28,
        "height": 28, "sha256": f"{number:064}", "image": b"photo",
    }  # fmt: skip


def made_sample(number: int, rng: np.random.Generator) -> dict[str, object]:
    """Return the columns of a sample: a fifth of its pixels are ink."""
    pixels = rng.integers(0, 256, 784, np.uint8) * (rng.random(784) < 0.2)
    return {
        "id": number, "photo_id": number, "position": 0, "line": 0, "x0": 0, "y0": 0, "x1": 28,
        "y1": 28, "predicted": number % 10, "confidence": 0.9, "label": number % 10,
        "labelled_by": Labeller.SENDER, "contributor_id": 1 + number % PEOPLE,
        "pixels": pixels.astype(np.uint8).tobytes(),
    }  # fmt: skip


def made_prediction(number: int) -> dict[str, object]:
    """Return the columns of what the weights said."""
    return {
        "sample_id": number, "weights": "fingerprint", "digit": number % 10, "confidence": 0.9,
        "no_digit": 0.01, "probabilities": bytes(40),
    }  # fmt: skip


def export(url: str, name: str, number: int, out: Path) -> tuple[float, float]:
    """Export in a process of its own; return the seconds and its most resident megabytes."""
    words = ["export", "--version", number, "--format", name, "--out", out]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "digitbot", *map(str, words)],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    most = 0.0
    while process.poll() is None:
        most = max(most, peak_of(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"The export as {name} failed.")
    return time.perf_counter() - started, most


def peak_of(pid: int) -> float:
    """Return the most megabytes that a process has had resident.

    What `os.wait4` tells would hold this process's own, from which the other one was forked.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)  # gone once the process has ended
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
