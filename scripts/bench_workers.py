"""Measure how many photos a second several bots answer that share one inbox on PostgreSQL.

    make bench

Each is `digitbot bot`, a process of its own, with the shipped weights; updates come by webhook, to
one after the other as from a proxy. PostgreSQL, the Bot API on loopback and the senders take their
share of the same machine: with few cores, more workers than cores can't answer more.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from model.database import Database
from scripts.bench_bot import Result, let_them_talk, make_photos, running_bot
from tests.bot_api import BotApi
from tests.ports import free_port
from tests.postgres import cluster


def measure(workers: int, senders: int, seconds: float, photos: list[bytes]) -> Result:
    """Let so many people send photos to so many bots."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(cluster()).format(name="postgres")
        database = Database(url)
        database.upgrade()
        database.close()
        api = stack.enter_context(BotApi())
        ports = [free_port() for _ in range(workers)]
        api.webhook.proxies = tuple(f"http://127.0.0.1:{port}" for port in ports)
        bots = [running_bot(api, folder, url, port) for port in ports]
        pids = [stack.enter_context(bot) for bot in bots]
        return let_them_talk(api, pids, senders, seconds, photos)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--senders", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    photos = make_photos(100)
    print(f"\n### Several bots on PostgreSQL: {options.senders} senders, {os.cpu_count()} cores\n")
    print("| workers | photos a second | p50, ms | p95, ms | p99, ms | cores | ms a photo | MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for workers in options.workers:
        result = measure(workers, options.senders, options.seconds, photos)
        print(result.row(workers), flush=True)
    print("\ncores: all bots together; MB: the largest of them.")


if __name__ == "__main__":
    main()
