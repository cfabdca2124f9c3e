"""A PostgreSQL server of the tests' own, in a folder of its own, reached by a socket alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

USER = "postgres" if os.geteuid() == 0 else None
"""The server refuses to run as root."""


@cache
def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where there is no server."""
    config = shutil.which("pg_config")
    if config is None:
        return None
    found = subprocess.run([config, "--bindir"], capture_output=True, text=True).stdout.strip()
    return Path(found) if (Path(found) / "initdb").exists() else None


@contextmanager
def cluster() -> Iterator[str]:
    """Run a server for as long as the context lasts; yields a URL without a database's name."""
    folder = Path(tempfile.mkdtemp(prefix="digitbot-pg-"))
    try:
        if USER is not None:
            shutil.chown(folder, USER)
        url = f"postgresql+psycopg://digitbot@/{{name}}?host={folder}"
        data = folder_of(url) / "data"
        server("initdb", "-D", data, "-U", "digitbot", "-A", "trust", "-E", "UTF8", "--no-sync")
        start(url)
        try:
            yield url
        finally:
            stop(url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(url: str) -> None:
    """Start the server of a URL, and wait until it takes connections."""
    folder = folder_of(url)
    durable = "-c fsync=off -c full_page_writes=off"
    options = f"-k {folder} -c listen_addresses='' {durable}"
    server("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")


def stop(url: str) -> None:
    """Stop the server of a URL as a power cut would."""
    server("pg_ctl", "-D", folder_of(url) / "data", "-w", "-m", "immediate", "stop")


def folder_of(url: str) -> Path:
    """Return the folder of a server: its data, its log and its socket."""
    return Path(url.partition("?host=")[2])


def server(name: str, *words: object) -> None:
    """Run one of the server's programs, as its user."""
    folder = programs()
    assert folder is not None
    subprocess.run(
        [str(folder / name), *map(str, words)],
        check=True,
        user=USER,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
