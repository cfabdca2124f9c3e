"""Measure how many photos a second several bots answer that share one inbox on PostgreSQL.

    make bench

Each is `digitbot bot`, a process of its own, with the shipped weights; updates come by webhook, to
one after the other as from a proxy. PostgreSQL, the Bot API on loopback and the senders take their
share of the same machine, and the table says how much: with few cores, more workers than cores
can't answer more. The server is the tests' own, which doesn't wait for the disk.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from model.database import Database
from scripts.bench_bot import (
    WARM_UP,
    Result,
    core_seconds,
    let_them_talk,
    make_photos,
    running_bot,
)
from tests.bot_api import BotApi
from tests.ports import free_port
from tests.postgres import cluster, folder_of


class Beside:
    """How many cores are busy beside the bots, from the end of the warm-up on."""

    def __init__(self, database_url: str, seconds: float) -> None:
        self.server = int((folder_of(database_url) / "data/postmaster.pid").read_text().split()[0])
        self.seconds = seconds
        self.double = self.postgres = self.machine = 0.0
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        time.sleep(WARM_UP)
        double, postgres, machine = time.process_time(), self._of_postgres(), busy_seconds()
        time.sleep(self.seconds)
        self.machine = (busy_seconds() - machine) / self.seconds
        self.double = (time.process_time() - double) / self.seconds
        self.postgres = (self._of_postgres() - postgres) / self.seconds

    def _of_postgres(self) -> float:
        """Return the seconds of all processes of the server, those that have ended too."""
        pids = Path(f"/proc/{self.server}/task/{self.server}/children").read_text().split()
        seconds = core_seconds(self.server, with_ended_children=True)
        for pid in pids:
            with suppress(FileNotFoundError):  # it ends at this moment
                seconds += core_seconds(int(pid))
        return seconds

    def columns(self, bots: float) -> str:
        """Return what stands beside the bots' cores in a table's row."""
        self._thread.join()
        rest = max(0.0, self.machine - bots - self.double - self.postgres)
        return f" {self.double:.2f} | {self.postgres:.2f} | {rest:.2f} |"


def busy_seconds() -> float:
    """Return the seconds that the machine's cores have worked, for whomever: see proc(5)."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    user, nice, system, _idle, _waiting, interrupts, soft_interrupts, _stolen = fields
    busy = user + nice + system + interrupts + soft_interrupts
    return busy / os.sysconf("SC_CLK_TCK")


def measure(
    workers: int, senders: int, seconds: float, photos: list[bytes]
) -> tuple[Result, Beside]:
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
        beside = Beside(url, seconds)
        return let_them_talk(api, pids, senders, seconds, photos), beside


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--senders", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    photos = make_photos(100)
    print(f"\n### Several bots on PostgreSQL: {options.senders} senders, {os.cpu_count()} cores\n")
    print(
        "| workers | photos a second | p50, ms | p95, ms | p99, ms | cores | ms a photo | MB "
        "| cores of the Bot API and senders | of PostgreSQL | of all else | times one worker |"
    )
    print("|" + 12 * " --- |")
    first = 0.0
    for workers in options.workers:
        result, beside = measure(workers, options.senders, options.seconds, photos)
        rate = len(result.waits) / result.seconds
        first = first or rate
        columns = beside.columns(result.busy / result.seconds)
        print(f"{result.row(workers)}{columns} {rate / first:.2f} |", flush=True)
    print(
        "\ncores, ms a photo: of all bots together; MB: the largest of them; of all else: on a "
        "machine with nothing else to do, the kernel's own."
    )


if __name__ == "__main__":
    main()
