"""The flywheel, measured: do the corrections of some people make it better for others?

    make bench SEMEION=DIR MNIST=DIR PHOTOS=DIR

Hands that the weights have not met: semeion's 1,593 digits of some 80 people (Buscema 1998), laid
on made paper and sent as photos through the real bot, over HTTP on loopback. Each person wrote each
digit once with care and once fast; the records stand in runs of one digit, person after person. The
first 40 people send photos and correct what was read; after 50, 200 and 700 photos the weights are
retrained (from the same start each time). Told are the errors on the photos of the other 40, who
taught nothing, and on MNIST's test set, before and after.

The shipped weights have learned from semeion. So the base is another one, trained from MNIST and
our own drawn digits alone: once, half an hour, and kept in the file that --base names.

The second table does the same with scans of two sources: one is taught, the other judged. It is the
one place where these photos are trained on; the weights are thrown away.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the Bot API server is among the tests

import numpy as np  # noqa: E402
from sqlalchemy import update  # noqa: E402

from bot.languages import ENGLISH  # noqa: E402
from model.database import Database  # noqa: E402
from model.dataset import load_mnist  # noqa: E402
from model.evaluation import load_manifest  # noqa: E402
from model.network import Network  # noqa: E402
from model.paper.sheet import make_sheet  # noqa: E402
from model.promotions import content_of  # noqa: E402
from model.recognizer import Recognizer  # noqa: E402
from model.retraining.rows import find_retraining  # noqa: E402
from model.retraining.run import carry_out  # noqa: E402
from model.retraining.start import enter_retraining  # noqa: E402
from model.settings import Settings  # noqa: E402
from model.tables import (  # noqa: E402
    Contributor,
    Split,
    WeightsFile,
)
from model.training import accuracy  # noqa: E402
from model.vision import UnreadablePhoto  # noqa: E402
from tests.bot.running import RunningBot  # noqa: E402
from tests.bot_api import BotApi, NoAnswerError  # noqa: E402

STEPS = "50,200,700"
"""Photos sent and corrected before each retraining."""

PEOPLE = 80
BASE_RECIPE = ("--preset", "standard", "--epochs", "20")
ON_PAPER = (
    "tilt", "texture", "uneven_light", "vignette", "shadow", "noise", "jpeg", "coloured_ink",
    "coloured_paper", "yellow_lamp", "underexposed",
)  # fmt: skip
"""What a sheet of plain paper meets before a camera; each with this chance and hardness."""
CHANCE, HARDNESS = 0.35, 0.5


@dataclass(frozen=True)
class Photo:
    """A photo of one digit, and who took it."""

    person: str
    label: str
    data: bytes


def semeion_photos(folder: Path) -> list[Photo]:
    """Return semeion's digits on paper, person by person."""
    rows = np.loadtxt(folder / "semeion.data")
    labels = rows[:, 256:].argmax(axis=1)
    people = people_of(labels)
    with ProcessPoolExecutor(2) as pool:
        sheets = pool.map(photograph, range(len(rows)), rows[:, :256], labels, chunksize=20)
        photos = [
            Photo(f"{person:02}", str(label), sheet)
            for person, label, sheet in zip(people, labels, sheets, strict=True)
        ]
    return sorted(photos, key=lambda photo: photo.person)


def people_of(labels: np.ndarray) -> list[int]:
    """Return who wrote each record: 4 groups of 20 with care, then 2 of 40 fast."""
    people = []
    for runs, (_, run) in enumerate(groupby(labels)):
        count, group = len(list(run)), runs // 10
        first, size = (20 * group, 20) if group < 4 else (40 * (group - 4), 40)
        people += [first + min(place, size - 1) for place in range(count)]
    return people


def photograph(number: int, pixels: np.ndarray, label: int) -> bytes:
    """Return a record as a photo."""
    rng = np.random.default_rng([2026, number])
    glyph = (pixels.reshape(16, 16) * 255).astype(np.uint8)
    conditions = {
        name: float(rng.beta(1.2, 1.8)) * HARDNESS for name in ON_PAPER if rng.random() < CHANCE
    }
    return make_sheet([glyph], [str(label)], rng, conditions, size=(480, 360)).jpeg


def scans(folder: Path) -> dict[str, list[Photo]]:
    """Return the scans of single digits, by their source."""
    found: dict[str, list[Photo]] = {}
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        writers = [line.split(",")[3] for line in file][1:]
    for photo, writer in zip(load_manifest(folder), writers, strict=True):
        if photo.kind == "scan_single":
            source, _, person = writer.partition("#")
            data = photo.path.read_bytes()
            found.setdefault(source, []).append(Photo(person, photo.label, data))
    return found


# --- through the product ---------------------------------------------------------------------


class People:
    """Those who send photos to the bot and correct it."""

    def __init__(self, api: BotApi) -> None:
        self.api = api

    def teach(self, photos: Sequence[Photo]) -> None:
        """Send photos, several people at once, and type what stands in each."""
        groups = [list(group) for _, group in groupby(photos, key=lambda photo: photo.person)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self.send, groups))

    def send(self, photos: Sequence[Photo]) -> None:
        """Send one person's photos and correct each; a yes to keeping them comes first."""
        sender = self.api.sender(name=f"Person {photos[0].person}")
        sender.command("/start")
        sender.press(sender.wait_answer(timeout=60), "Yes")
        sender.wait_answer(timeout=60)
        for photo in photos:
            sent = sender.photo(photo.data)
            answer = sender.wait_answer(to=sent, timeout=60)
            if answer.text == ENGLISH.no_digit_found or answer.buttons:
                sender.reply(sent, photo.label)
                try:
                    sender.wait_answer(timeout=60)
                except NoAnswerError:
                    print(f"no answer to a correction by person {photo.person}", file=sys.stderr)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    corrections: int
    wrong: int
    judged: int
    """Photos of the others that are read wrong, of so many."""
    mnist: float
    seconds: float
    processor: float
    """Seconds of it, over all cores: what is left of the time on a machine that is busy."""


def turn(
    title: str,
    taught: list[Photo],
    judged: list[Photo],
    base: Path,
    mnist: Path,
    steps: Sequence[int],
) -> None:
    """Teach, retrain and judge, and print the table."""
    test = load_mnist(mnist)[1]

    def judge(weights: Path, corrections: int, seconds: float, processor: float) -> Row:
        wrong = count_errors(weights, judged)
        lost = 1 - accuracy(Network.load(weights), test)
        return Row(corrections, wrong, len(judged), lost, seconds, processor)

    print(f"\n{title}: {len(taught)} photos to teach with, {len(judged)} to judge by", flush=True)
    print("| corrections | errors on the others | gone | MNIST errors | retrained in |")
    print("|---|---|---|---|---|")
    show(before := judge(base, 0, 0, 0), None)
    with tempfile.TemporaryDirectory() as folder, BotApi() as api:
        database = Database(f"sqlite:///{folder}/digitbot.sqlite")
        database.upgrade()
        settings = Settings(database_url=database.url, weights=base, mnist=mnist)
        reader, people, done = Recognizer.load(base), People(api), 0
        for step in steps:
            with RunningBot(api, database).running(
                reader=reader, limit_a_minute=10_000, limit_a_day=100_000
            ):
                people.teach(taught[done:step])
            done = step
            say(f"{step} photos are sent; retraining")
            made, *took = retrain(database, settings, Path(folder) / f"{step}.npz")
            show(judge(made, len(taught[:step]), *took), before)
        database.close()


def retrain(database: Database, settings: Settings, out: Path) -> tuple[Path, float, float]:
    """Retrain from all that was corrected; return the weights, and the seconds of clock and cores.

    All who taught are put into the training split: the others are the test here.
    """
    with database.write() as session:
        session.execute(update(Contributor).values(split=Split.TRAIN))
    started, used = time.perf_counter(), time.process_time()
    number = enter_retraining(database)
    carry_out(settings, number)
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    with database.read() as session:
        run = find_retraining(session, number)
        weights = session.get(WeightsFile, run.weights_id)
        if weights is None:
            raise SystemExit(f"The retraining {run.state.value}: {run.step}")
        out.write_bytes(content_of(session, weights.fingerprint))
    return out, seconds, processor


def count_errors(weights: Path, photos: Sequence[Photo]) -> int:
    """Return how many photos' whole answer is wrong."""
    with ProcessPoolExecutor(2, initializer=load, initargs=(weights,)) as pool:
        read = list(pool.map(read_photo, [photo.data for photo in photos], chunksize=20))
    return sum(text != photo.label for text, photo in zip(read, photos, strict=True))


STARTED = time.perf_counter()
READER: list[Recognizer] = []
"""In each process: the reader that judges."""


def load(weights: Path) -> None:
    """Load the weights once a process."""
    READER[:] = [Recognizer.load(weights)]


def read_photo(data: bytes) -> str:
    """Return what is read in a photo."""
    try:
        return READER[0].read(data).text
    except UnreadablePhoto:
        return "unreadable"


def say(words: str) -> None:
    """Tell what goes on, with the time since the start."""
    print(f"{time.perf_counter() - STARTED:5.0f} s  {words}", file=sys.stderr, flush=True)


def make_base(path: Path, mnist: Path) -> None:
    """Train weights that have never met semeion."""
    say(f"training {path} without semeion")
    words = ["train", *BASE_RECIPE, "--mnist", str(mnist), "--out", str(path)]
    subprocess.run([sys.executable, "-m", "digitbot", *words], cwd=ROOT, check=True)


def show(row: Row, before: Row | None) -> None:
    """Print a line of the table, as the README has it."""
    wrong = f"{100 * row.wrong / row.judged:.2f} % ({row.wrong} of {row.judged})"
    gone = f"{100 * (1 - row.wrong / before.wrong):.0f} %" if before and before.wrong else ""
    took = f"{row.seconds:.0f} s, {row.processor:.0f} s of both cores" if row.seconds else ""
    print(
        f"| {row.corrections} | {wrong} | {gone} | {100 * row.mnist:.2f} % | {took} |", flush=True
    )


def main() -> None:
    """Run both tables, as far as the data are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=Path, required=True, help="folder of MNIST's IDX files")
    parser.add_argument("--semeion", type=Path, help="folder of semeion.data")
    parser.add_argument("--photos", type=Path, help="folder with a manifest.csv")
    parser.add_argument(
        "--base",
        type=Path,
        default=ROOT / "data" / "without-semeion.npz",
        help="weights to start from; trained without semeion where there is no such file",
    )
    parser.add_argument("--people", type=int, default=PEOPLE, help="of semeion, for a short try")
    parser.add_argument("--steps", default=STEPS, help="photos before each retraining")
    options = parser.parse_args()
    steps = [int(step) for step in options.steps.split(",")]
    base, mnist = options.base.resolve(), options.mnist.resolve()
    if not base.exists():
        make_base(base, mnist)
    if options.semeion:
        say("laying semeion's digits on paper")
        photos = semeion_photos(options.semeion)
        taught = [photo for photo in photos if int(photo.person) < options.people // 2]
        judged = [
            photo for photo in photos if options.people // 2 <= int(photo.person) < options.people
        ]
        turn("semeion", taught, judged, base, mnist, steps)
    if options.photos:
        taught, judged = sorted(scans(options.photos).values(), key=len, reverse=True)[:2]
        fewer = sorted({min(step, len(taught)) for step in steps})
        turn("scans", taught, judged, base, mnist, fewer)


if __name__ == "__main__":
    main()
