"""Time the reading of one photo, step by step, against what Pillow alone needs to decode it.

    make bench

All on one core, each step's best of several rounds, the sides taken in turns. The photos are made
here: one digit, sixteen in two rows, sixteen on squared paper, 1280x960 as Telegram sends them; and
one of 12 megapixels, as it comes as a file.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy comes: one core is measured

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from model import vision  # noqa: E402 - the repository's root has to be on the path first
from model.desk import find_desk  # noqa: E402
from model.light import darkness_of_ink, even_light, to_gray  # noqa: E402
from model.paper.sheet import make_sheet  # noqa: E402
from model.paper.strokes import draw_digit  # noqa: E402
from model.photo import open_photo, working_size  # noqa: E402
from model.recognizer import Recognizer  # noqa: E402

TELEGRAM, FILE = (1280, 960), (4000, 3000)
WEIGHTS = ROOT / "weights" / "digits.npz"
Work = Callable[[], object]


def make_photo(digits: int, size: tuple[int, int], **conditions: float) -> bytes:
    """Return the JPEG of a sheet with so many digits."""
    rng = np.random.default_rng(11)
    labels = [str(number % 10) for number in range(digits)]
    glyphs = [draw_digit(int(label), rng) for label in labels]
    return make_sheet(glyphs, labels, rng, {"uneven_light": 0.5} | conditions, size=size).jpeg


def decode(data: bytes) -> None:
    """Decode a file at full size: the measure of all the rest."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()


def decode_reduced(data: bytes) -> None:
    """Decode a file at the scale at which it is read."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", working_size(image))
        image.load()


def steps(data: bytes, recognizer: Recognizer) -> dict[str, Work]:
    """Return the steps of reading a photo upright, each ready to be run again and again."""
    photo = open_photo(data)
    gray = to_gray(photo.pixels)
    dark = darkness_of_ink(gray) >= 0.5
    contrast = even_light(gray, dark)
    ink = vision.find_ink(contrast)
    lines = vision.find_lines_of_glyphs(ink)
    glyphs = np.concatenate([line.glyphs for line in lines])
    images = glyphs.reshape(-1, 784).astype(np.float32) / 255
    found = recognizer.find_glyphs(ink)

    return {
        "decode at full size": lambda: decode(data),
        "decode, upright": lambda: open_photo(data),
        "gray": lambda: to_gray(photo.pixels),
        "dark or light": lambda: darkness_of_ink(gray),
        "desk": lambda: find_desk(gray),
        "light": lambda: even_light(gray, dark),
        "ink, without clouds, ruling, frames": lambda: vision.find_ink(contrast),
        "lines, glyphs": lambda: vision.find_lines_of_glyphs(ink),
        "network": lambda: recognizer.network.answers(images),
        "judge": lambda: recognizer.chances_of_digits(found, ink),
        "all": lambda: recognizer.read(data),
    }


def best_times(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """Return the least milliseconds of this thread that each takes, all in turns."""
    best = dict.fromkeys(works, np.inf)
    for _ in range(rounds):
        for name, work in works.items():
            start = time.thread_time()
            work()
            best[name] = min(best[name], (time.thread_time() - start) * 1000)
    return best


def print_steps(rounds: int) -> None:
    """Print a column for each photo, a row for each step."""
    recognizer = Recognizer.load(WEIGHTS)
    photos = {
        "one digit": make_photo(1, TELEGRAM),
        "sixteen": make_photo(16, TELEGRAM),
        "sixteen on squares": make_photo(16, TELEGRAM, squared=0.5),
    }
    columns = [best_times(steps(data, recognizer), rounds) for data in photos.values()]
    print("\n### Reading a photo of 1280x960 on one core, milliseconds\n")
    print("|", " | ".join(["step", *photos]), "|")
    print("|", " | ".join(["---"] * (1 + len(photos))), "|")
    for name in columns[0]:
        print("|", " | ".join([name, *(f"{column[name]:.1f}" for column in columns)]), "|")
    ratios = [column["all"] / column["decode at full size"] for column in columns]
    print("|", " | ".join(["all, times decode", *(f"{ratio:.1f}" for ratio in ratios)]), "|")


def print_large(rounds: int) -> None:
    """Print how long 12 megapixels take, against their reduced decode, and the memory."""
    data = make_photo(16, FILE)
    recognizer = Recognizer.load(WEIGHTS)
    works: dict[str, Work] = {
        "reduced": lambda: decode_reduced(data),
        "all": lambda: recognizer.read(data),
    }
    best = best_times(works, rounds)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        idle, peak = pool.apply(memory, (data,))
    print("\n### A file of 12 megapixels\n")
    print(
        f"{best['all']:.0f} ms, {best['all'] / best['reduced']:.1f} times its reduced decode "
        f"({best['reduced']:.0f} ms); at most {peak - idle:.0f} MB above the idle process."
    )


def memory(data: bytes) -> tuple[float, float]:
    """Return the megabytes of a process that has its weights, and at most while it reads a photo.

    It has read none before: what that took would stay with the process, ready to be used again.
    """
    recognizer = Recognizer.load(WEIGHTS)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew: see proc(5)
    idle = status("VmRSS")
    recognizer.read(data)
    return idle, status("VmHWM")


def status(name: str) -> float:
    """Return a figure of /proc/self/status in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print_steps(options.rounds)
    print_large(options.rounds)


if __name__ == "__main__":
    main()
