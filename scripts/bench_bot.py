"""Measure the bot as its senders see it: photos answered a second, and how long one waits.

    make bench

The bot is `digitbot bot` with the process that reads for it, on at most two cores, with the shipped
weights and a SQLite file. The Bot API on loopback and the senders are this process: it takes its
share of the machine too, so that where there are only two cores in all the bot has less than two.
Each sender sends a photo of one digit, waits for the answer, and sends the next.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.database import Database
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer
from model.settings import PROJECT, Settings
from tests.bot_api import BotApi, Sender

CORES = 2
SIZE = 1280, 960
"""Pixels: what Telegram makes of a phone's photo."""

WARM_UP = 2.0
"""Seconds at the start that don't count: the first answer of each sender asks for consent too."""


@dataclass(frozen=True)
class Use:
    """What the bot's processes have taken of the machine."""

    seconds: float
    """Of the cores' time, so far."""
    megabytes: float
    """At most, so far."""


@dataclass(frozen=True)
class Result:
    """One round."""

    senders: int
    waits: list[float]
    """Seconds from each photo sent to its answer."""
    seconds: float
    busy: float
    """Seconds that the bot's processes kept a core busy meanwhile."""
    megabytes: float

    def row(self, first: int) -> str:
        """Return the round as a row of a table, after what varies from row to row."""
        p50, p95, p99 = np.percentile(self.waits, [50, 95, 99]) * 1000
        rate = len(self.waits) / self.seconds
        return (
            f"| {first} | {rate:.1f} | {p50:.0f} | {p95:.0f} | {p99:.0f} "
            f"| {self.busy / self.seconds:.2f} | {1000 * self.busy / len(self.waits):.0f} "
            f"| {self.megabytes:.0f} |"
        )


def make_photos(count: int) -> list[bytes]:
    """Return photos of one digit each."""
    rng = np.random.default_rng(11)
    labels = [str(number % 10) for number in range(count)]
    return [
        make_sheet(
            [draw_digit(int(label), rng)], [label], rng, {"uneven_light": 0.5}, size=SIZE
        ).jpeg
        for label in labels
    ]


@contextmanager
def running_bot(
    api: BotApi, folder: Path, database_url: str, port: int | None = None
) -> Iterator[int]:
    """Run the bot in a process, by webhook if there is a port; yield its number."""
    unset = {name.upper(): "" for name in Settings.__dataclass_fields__}
    environment = os.environ | unset
    environment |= {
        "TELEGRAM_BOT_TOKEN": api.token,
        "TELEGRAM_API_URL": api.url,
        "DATABASE_URL": database_url,
        "LIMIT_A_MINUTE": "100000",  # one sender stands for many
        "LIMIT_A_DAY": "1000000",
    }
    if port is not None:
        environment |= {
            "WEBHOOK_URL": f"http://127.0.0.1:{port}/hook",
            "WEBHOOK_SECRET": "secret",
            "WEBHOOK_PORT": str(port),
        }
    command = [sys.executable, "-m", "digitbot", "bot"]
    started = len(api.calls_of("getUpdates" if port is None else "setWebhook"))
    with open(folder / "log", "a") as log:
        bot = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
    try:
        os.sched_setaffinity(bot.pid, list(os.sched_getaffinity(0))[:CORES])
        wait_for_call(api, "getUpdates" if port is None else "setWebhook", started)
        yield bot.pid
    finally:
        bot.terminate()
        bot.wait()


def wait_for_call(api: BotApi, method: str, before: int) -> None:
    """Wait until a bot has called a method once more than before."""
    end = time.monotonic() + 60
    while len(api.calls_of(method)) <= before:
        if time.monotonic() > end:
            raise TimeoutError(f"the bot has not called {method} within a minute")
        time.sleep(0.05)


def use_of(pid: int) -> Use:
    """Return what a process has used, with the one that reads for it: see proc(5)."""
    pids = [pid, *children_of(pid)]
    return Use(sum(map(core_seconds, pids)), sum(map(peak_megabytes, pids)))


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def peak_megabytes(pid: int) -> float:
    """Return the most memory that a process had so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def core_seconds(pid: int, with_ended_children: bool = False) -> float:
    """Return the seconds that a process kept a core busy: see proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = map(int, fields[11:15] if with_ended_children else fields[11:13])
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def measure(senders: int, seconds: float, photos: list[bytes]) -> Result:
    """Let so many people send photos for so long."""
    with tempfile.TemporaryDirectory() as folder, BotApi() as api:
        url = f"sqlite:///{folder}/bench.sqlite"
        Database(url).upgrade()
        with running_bot(api, Path(folder), url) as pid:
            return let_them_talk(api, [pid], senders, seconds, photos)


def let_them_talk(
    api: BotApi, pids: list[int], senders: int, seconds: float, photos: list[bytes]
) -> Result:
    """Let so many people send photos for so long to the bots of these processes."""
    waits: list[float] = []
    start = time.monotonic() + WARM_UP
    end = start + seconds
    threads = []
    for number in range(senders):
        person, own = api.sender(name=f"Person {number}"), photos[number:] + photos[:number]
        threads.append(threading.Thread(target=talk, args=(person, own, start, end, waits)))
        threads[-1].start()
    time.sleep(max(0, start - time.monotonic()))
    before = sum(use_of(pid).seconds for pid in pids)
    time.sleep(max(0, end - time.monotonic()))
    uses = [use_of(pid) for pid in pids]
    for thread in threads:
        thread.join()
    busy = sum(use.seconds for use in uses) - before
    return Result(senders, waits, seconds, busy, max(use.megabytes for use in uses))


def talk(person: Sender, photos: list[bytes], start: float, end: float, waits: list[float]) -> None:
    """Send photos one after the other until `end`; note the waits that ended after `start`."""
    number = 0
    while time.monotonic() < end:
        sent = time.monotonic()
        person.wait_answer(to=person.photo(photos[number % len(photos)]), timeout=60)
        if start <= time.monotonic() < end:
            waits.append(time.monotonic() - sent)
        number += 1


def reading_time(photos: list[bytes]) -> float:
    """Return the milliseconds of one core that reading a photo takes, without anything else."""
    recognizer = Recognizer.load(Settings().weights)
    recognizer.read(photos[0])
    start = time.thread_time()
    for photo in photos:
        recognizer.read(photo)
    return (time.thread_time() - start) / len(photos) * 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--senders", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    photos = make_photos(100)
    print("\n### The bot: photos of one digit, from send to answer\n")
    print("| senders | photos a second | p50, ms | p95, ms | p99, ms | cores | ms a photo | MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for senders in options.senders:
        print(measure(senders, options.seconds, photos).row(senders), flush=True)
    print(
        "\ncores: how many the bot kept busy; ms a photo: of one core, "
        f"{reading_time(photos):.0f} of them are reading; MB: its processes at their largest."
    )


if __name__ == "__main__":
    main()
