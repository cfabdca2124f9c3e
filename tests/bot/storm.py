"""The storm: people send photos and correct what is read, and the bot is killed again and again.

    make storm              one bot on SQLite
    make storm-workers      two and four bots on PostgreSQL, one of them killed each time

prints what was sent, stored and answered, and fails unless all three agree. `kill -9` leaves the
bot no moment to put anything away; each time another process takes up what it left. Before it, in
half of the cases, the process that reads for it is killed alone.
"""

import math
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import func, select

from model.database import Database
from model.tables import InboxState, InboxUpdate, LabelEvent, Photo, Sample
from tests.bot.bot_process import bot_process, command_of, pids_of_readers
from tests.bot.chosen_reader import made_photo
from tests.bot_api import BotApi, Message, NoAnswerError, Sender
from tests.ports import free_port
from tests.postgres import cluster

PATIENCE = 120.0
"""Seconds to wait for what is missing once the last bot runs, or for a bot's first call."""

LONGEST_LIFE = 60
"""Calls, at most, that a bot makes before its death: a moment in its work, however fast it is."""

IDLE = 2.0
"""Seconds without a call after which a bot is killed all the same."""

T = TypeVar("T")
Key = tuple[int, int]
"""Chat and message: what makes a photo the same photo."""


@dataclass(frozen=True)
class Plan:
    """How hard it blows."""

    people: int
    photos: int
    kills: int
    seed: int
    by_webhook: bool = False
    workers: int = 1

    def share(self, number: int, of: int) -> int:
        """Return how many of the photos fall to one of so many, the first ones getting the rest."""
        return self.photos // of + (number < self.photos % of)


@dataclass(frozen=True)
class Bot:
    """One life of a bot."""

    process: BaseProcess
    began: float


@dataclass(frozen=True)
class Death:
    """How things stood when the bot was killed."""

    age: float  # seconds
    sent: int
    answered: int


@dataclass
class Outcome:
    """What came of it."""

    read: dict[Key, str] = field(default_factory=dict)
    """What stands in each photo sent."""
    said: dict[Key, str] = field(default_factory=dict)
    """What the sender says stands there, where they corrected it."""
    answers: Counter[Key] = field(default_factory=Counter)
    deaths: list[Death] = field(default_factory=list)
    readers: set[int] = field(default_factory=set)
    """Processes that were reading for the bots that were killed."""
    readers_killed: int = 0
    readers_left: int = 0
    """Of those readers, how many live on without a bot."""
    stored: Counter[Key] = field(default_factory=Counter)
    stored_read: dict[Key, str] = field(default_factory=dict)
    stored_said: dict[Key, str] = field(default_factory=dict)
    stored_labels: int = 0
    unfinished: int = 0
    """Rows of the inbox that are not done."""
    refused: list[str] = field(default_factory=list)
    """Senders who were left waiting."""

    def faults(self) -> list[str]:
        """Return everything that is not as promised, in words."""
        labels = sum(len(text) for text in self.said.values())
        checks = {
            "a photo is not stored exactly once": self.stored == Counter(list(self.read)),
            "a photo is stored with another one's digits": self.stored_read == self.read,
            "a photo is not answered": set(self.answers) == set(self.read),
            "a correction is lost": self.stored_said == self.said,
            "a correction is stored twice": self.stored_labels == labels,
            "the inbox still has something to do": self.unfinished == 0,
            "somebody was left waiting": not self.refused,
            "a process that reads outlived its bot": self.readers_left == 0,
        }
        misread = [
            f"chat and message {key}: said {self.said.get(key)}, stored {self.stored_said.get(key)}"
            for key in self.said.keys() | self.stored_said.keys()
            if self.said.get(key) != self.stored_said.get(key)
        ]
        return [fault for fault, fine in checks.items() if not fine] + misread + self.refused

    def table(self) -> str:
        """Return all of it for people."""
        lines = ["kill   lived   photos sent   answered   under way"]
        for number, death in enumerate(self.deaths, 1):
            under_way = death.sent - death.answered
            lines.append(
                f"{number:4} {death.age:5.2f} s {death.sent:13} {death.answered:10} {under_way:11}"
            )
        again = sum(self.answers.values()) - len(self.answers)
        lines += [
            "",
            "                sent   stored   answered",
            f"photos        {len(self.read):6} {self.stored.total():8} {len(self.answers):10}",
            f"corrections   {len(self.said):6} {len(self.stored_said):8}",
            "",
            f"{len(self.deaths)} kills, {sum(d.sent > d.answered for d in self.deaths)} of them "
            f"with photos under way; {again} photos were answered a second time, which is allowed.",
            f"{self.readers_killed} times the process that reads was killed alone before.",
        ]
        return "\n".join(lines)


class Storm:
    """People in one thread each, and bots that are killed by this one."""

    def __init__(self, plan: Plan, api: BotApi, database: Database, log: Path) -> None:
        self.plan = plan
        self.api = api
        self.database = database
        self.log = log
        self.random = random.Random(plan.seed)
        self.outcome = Outcome()
        self.ports = [free_port() if plan.by_webhook else None for _ in range(plan.workers)]
        if plan.by_webhook:
            proxies = tuple(f"http://127.0.0.1:{port}" for port in self.ports)
            api.webhook.proxies = proxies
        self._may_send = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._until = math.inf  # when to give up waiting

    def run(self) -> Outcome:
        """Let it blow over; return what is left."""
        self.api.state.callback_lifetime = math.inf  # a minute may pass before the next bot's life
        people = [self.api.sender(name=f"Person {n}") for n in range(self.plan.people)]
        with ThreadPoolExecutor(len(people)) as pool:
            talks = [pool.submit(self.talk, n, person) for n, person in enumerate(people)]
            with ExitStack() as running:
                bots = [self.start(port, running) for port in self.ports]
                for kill in range(self.plan.kills):
                    victim = self.random.randrange(self.plan.workers)
                    self.send_and_kill(bots[victim], self.plan.share(kill, self.plan.kills))
                    bots[victim] = self.start(self.ports[victim], running)
                self._until = time.monotonic() + PATIENCE
                self.outcome.refused = [said for talk in talks for said in complaint(talk)]
                self.wait_until_all_is_done()
        self.look()
        return self.outcome

    def start(self, port: int | None, running: ExitStack) -> Bot:
        """Start a bot that runs until it is killed, or `running` ends."""
        process = bot_process(self.api, self.database.url, self.log, port)
        return Bot(running.enter_context(process), time.monotonic())

    def send_and_kill(self, bot: Bot, photos: int) -> None:
        """Let people send so many photos, and kill a bot in the midst of them."""
        calls = len(self.api.calls)
        self._may_send.release(photos)
        self.wait_for_calls(calls + self.random.randint(1, LONGEST_LIFE))
        time.sleep(self.random.uniform(0, 0.01))
        if self.random.random() < 0.5:
            self.kill_readers(bot)
            self.wait_for_calls(len(self.api.calls) + self.random.randint(1, LONGEST_LIFE))
        self.outcome.readers.update(pids_of_readers(bot.process.pid or 0))
        bot.process.kill()
        bot.process.join()
        age = time.monotonic() - bot.began
        with self._lock:
            sent = set(self.outcome.read)
        self.outcome.deaths.append(Death(age, len(sent), len(sent & set(self.count_answers()))))

    def kill_readers(self, bot: Bot) -> None:
        """Kill what reads for a bot, and nothing else."""
        for pid in pids_of_readers(bot.process.pid or 0):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.outcome.readers_killed += 1

    def wait_for_calls(self, count: int) -> None:
        """Wait until the bot has made so many calls, or has been idle."""
        seen, end = len(self.api.calls), time.monotonic() + PATIENCE
        while seen < count and time.monotonic() < end:
            if len(self.api.calls) > seen:
                seen, end = len(self.api.calls), time.monotonic() + IDLE
            time.sleep(0.002)

    def talk(self, number: int, person: Sender) -> None:
        """Send one person's photos, up to three at a time, and correct some of the answers."""
        chance = random.Random(self.plan.seed * 1000 + number)
        left = self.plan.share(number, self.plan.people)
        while left:
            burst = min(left, chance.randint(1, 3))
            left -= burst
            for photo, digits in [self.send(person, chance) for _ in range(burst)]:
                answer = self.wait(lambda t, photo=photo: person.wait_answer(to=photo, timeout=t))
                if not answer.text.startswith(digits):
                    raise AssertionError(f"{digits} was answered with {answer.text!r}")
                if chance.random() < 0.6:
                    self.correct(person, photo, answer, len(digits), chance)

    def send(self, person: Sender, chance: random.Random) -> tuple[Message, str]:
        """Send a photo of 1 to 3 digits."""
        digits = "".join(chance.choices("0123456789", k=chance.randint(1, 3)))
        data = made_photo(digits, serial=chance.getrandbits(32))
        self._may_send.acquire()
        with self._lock:
            photo = person.photo(data)
            self.outcome.read[photo.chat_id, photo.message_id] = digits
        return photo, digits

    def correct(
        self, person: Sender, photo: Message, answer: Message, count: int, chance: random.Random
    ) -> None:
        """Say what it is: by a tap where it is one digit, else by a text."""
        label = "".join(chance.choices("0123456789", k=count))
        with self._lock:
            self.outcome.said[photo.chat_id, photo.message_id] = label
        if count == 1:
            query = person.press(answer, label)
            self.wait(lambda t: self.api.wait_callback_answer(query, t))
        else:
            text = person.reply(answer, label)
            self.wait(lambda t: person.wait_answer(to=text, timeout=t))

    def wait(self, ask: Callable[[float], T]) -> T:
        """Ask, a second at a time, until there is an answer; raises `NoAnswerError`."""
        while True:
            try:
                return ask(1.0)
            except NoAnswerError:
                if time.monotonic() > self._until:
                    raise

    def count_answers(self) -> Counter[Key]:
        """Return how often each photo was answered."""
        answers: Counter[Key] = Counter()
        for chat_id in list(self.api.state.chats):
            for message in self.api.messages(chat_id):
                if message.photo and message.reply_to is not None:
                    answers[chat_id, message.reply_to.message_id] += 1
        return answers

    def wait_until_all_is_done(self) -> None:
        """Wait until the last bot has nothing left to do."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with self.database.read() as session:
                open_rows = select(func.count()).where(InboxUpdate.state != InboxState.DONE)
                self.outcome.unfinished = session.scalar(open_rows) or 0
            if not self.outcome.unfinished:
                return
            time.sleep(0.05)

    def look(self) -> None:
        """Note what is stored, and what the bot wrote; and what is left of the killed bots."""
        outcome = self.outcome
        left = [pid for pid in outcome.readers if b"bot.reading" in command_of(pid)]
        outcome.readers_left = len(left)
        outcome.answers = self.count_answers()
        with self.database.read() as session:
            outcome.stored_labels = (
                session.scalar(select(func.count()).select_from(LabelEvent)) or 0
            )
            for photo in session.scalars(select(Photo)):
                key = photo.chat_id, photo.message_id
                outcome.stored[key] += 1
                samples: list[Sample] = photo.samples
                outcome.stored_read[key] = "".join(str(sample.predicted) for sample in samples)
                labels = [sample.label for sample in samples]
                if any(label is not None for label in labels):
                    outcome.stored_said[key] = "".join(map(str, labels))


def complaint(talk: Future[None]) -> list[str]:
    """Return what a sender has to complain of, once they are done."""
    error = talk.exception()
    return [] if error is None else [f"{type(error).__name__}: {error}"]


@click.command()
@click.option("--people", default=30, show_default=True)
@click.option("--photos", default=300, show_default=True)
@click.option("--kills", default=25, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--webhook", is_flag=True, help="Updates come by webhook instead of being fetched.")
@click.option("--workers", default=1, show_default=True, help="Bots that run side by side.")
@click.option("--postgres", is_flag=True, help="On a PostgreSQL server made for it.")
def main(
    people: int, photos: int, kills: int, seed: int, webhook: bool, workers: int, postgres: bool
) -> None:
    """Let a storm blow; exits with 1 if anything was lost, doubled or left unanswered."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = f"sqlite:///{folder}/storm.sqlite"
        if postgres:
            url = stack.enter_context(cluster()).format(name="postgres")
        database = Database(url)
        stack.callback(database.close)
        database.upgrade()
        api = stack.enter_context(BotApi())
        plan = Plan(people, photos, kills, seed, webhook, workers)
        outcome = Storm(plan, api, database, Path(folder) / "log").run()
    click.echo(outcome.table())
    faults = outcome.faults()
    click.echo("\n".join(faults) or "Every photo is stored once and answered, no correction lost.")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
