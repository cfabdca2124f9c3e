"""Make weights/replay.npz: what a network sees again while it learns new hands.

    .venv/bin/python scripts/make_replay.py --mnist DIR [--out FILE]

The lessons' glyphs are made anew (some minutes); see model/replay.py for what is chosen.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from model.dataset import load_mnist  # noqa: E402 - the repository's root has to be on the path
from model.lessons import make_lessons  # noqa: E402
from model.network import Network  # noqa: E402
from model.replay import make_replay  # noqa: E402

COUNTS = (4000, 1600, 1500)
"""MNIST's training images, glyphs of lessons, MNIST's test images: less than 1.5 MB together."""

SHEETS = 160


def main() -> None:
    """Make the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=Path, required=True, help="folder of MNIST's IDX files")
    parser.add_argument("--out", type=Path, default=ROOT / "weights" / "replay.npz")
    options = parser.parse_args()
    digits, test = load_mnist(options.mnist)
    lessons = make_lessons(digits, SHEETS, seed=2)
    network = Network.load(ROOT / "weights" / "digits.npz")
    made = make_replay(network, digits, test, replace(lessons, source="lessons"), COUNTS)
    made.save(options.out)
    print(f"{options.out}: {len(made)} images, {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
