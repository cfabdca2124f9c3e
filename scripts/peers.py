"""Reads a folder of labelled photos in the ways others would, beside ours: `make peers PHOTOS=DIR`.

tutorial    the picture inverted and shrunk to 28x28, our network
contours    Otsu's threshold, outer contours, each to 28x28, our network
tesseract   the program, told digits only, in several page modes; the best of them for each kind
rapidocr    PP-OCR in ONNX, of the photo or of our evened light, digits only; the best for each kind
digitbot    the shipped weights

Prints for each kind how many whole answers are right, and the median time a photo takes.
"""

from __future__ import annotations

import argparse
import io
import logging
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from model.evaluation import LabelledPhoto, load_manifest
from model.glyphs import centre, fit
from model.network import Network
from model.recognizer import Recognizer
from model.settings import PROJECT
from model.vision import find_inks, open_photo

Way = Callable[[bytes], str]
PAGE_MODES = (6, 7, 8, 10, 11, 13)
"""Tesseract's: a block, a line, a word, a character, scattered text, a raw line."""


def upright(data: bytes) -> Image.Image:
    """Return the photo as RGB, as its EXIF says."""
    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def tutorial(network: Network) -> Way:
    """Return the way of most tutorials: one digit, filling the picture, dark on light."""

    def read(data: bytes) -> str:
        small = np.asarray(ImageOps.invert(upright(data).convert("L")).resize((28, 28)))
        return str(network.predict(small.reshape(1, 784) / np.float32(255))[0])

    return read


def contours(network: Network) -> Way:
    """Return the way of the better ones: Otsu, contours, each box to 28x28, left to right."""

    def read(data: bytes) -> str:
        gray = np.asarray(upright(data).convert("L"))
        mode = cv2.THRESH_BINARY_INV if np.median(gray) > 127 else cv2.THRESH_BINARY
        _, ink = cv2.threshold(gray, 0, 255, mode + cv2.THRESH_OTSU)
        found, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        boxes = [cv2.boundingRect(outline) for outline in found]
        boxes = [box for box in boxes if max(box[2:]) > 0.02 * max(gray.shape)]
        glyphs = [ink[y : y + h, x : x + w] / np.float32(255) for x, y, w, h in in_rows(boxes)]
        if not glyphs:
            return ""
        samples = np.stack([centre(fit(glyph, 20)) for glyph in glyphs])
        digits = network.predict(samples.reshape(-1, 784) / np.float32(255))
        return "".join(map(str, digits))

    return read


def in_rows(boxes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return boxes (x, y, w, h) in reading order: rows from the top, in each from the left."""
    rows: list[list[tuple[int, int, int, int]]] = []
    for box in sorted(boxes, key=lambda box: box[1] + box[3] / 2):
        middle = box[1] + box[3] / 2
        for row in rows:
            if any(y < middle < y + h for _, y, _, h in row):
                row.append(box)
                break
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row)]


def cleaned(data: bytes) -> Image.Image:
    """Return our evened light as dark ink on white, which is kinder to others than the photo."""
    ink = next(find_inks(open_photo(data)))
    strong = np.clip(ink.contrast / max(float(np.quantile(ink.contrast, 0.995)), 0.05), 0, 1)
    return Image.fromarray((255 * (1 - strong)).astype(np.uint8)).convert("RGB")


def tesseract(mode: int, prepare: Callable[[bytes], Image.Image]) -> Way:
    """Return Tesseract in a page mode, told digits only."""

    def read(data: bytes) -> str:
        file = io.BytesIO()
        ImageOps.expand(prepare(data), 30, "white").save(file, "PNG")
        told = subprocess.run(
            ["tesseract", "-", "-", "--psm", str(mode), "-c", "tessedit_char_whitelist=0123456789"],
            input=file.getvalue(),
            capture_output=True,
            check=False,
            env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin:/usr/local/bin"},
        )
        return digits_of(told.stdout.decode(errors="replace"))

    return read


def rapidocr(prepare: Callable[[bytes], Image.Image]) -> Way:
    """Return RapidOCR with the models it comes with; what is no digit is left out."""
    from rapidocr import RapidOCR

    logging.disable(logging.CRITICAL)
    engine = RapidOCR()

    def read(data: bytes) -> str:
        result = engine(np.asarray(prepare(data))[..., ::-1])
        if result.boxes is None or result.txts is None:
            return ""
        around = [cv2.boundingRect(np.asarray(box, np.float32)) for box in result.boxes]
        texts = dict(zip(around, result.txts, strict=True))
        return digits_of("".join(texts[box] for box in in_rows(around)))

    return read


def digits_of(text: str) -> str:
    """Return the digits of a text."""
    return "".join(letter for letter in text if letter in "0123456789")


def ours(data: bytes) -> str:
    """Read with the shipped weights."""
    return SHIPPED.read(data).text


SHIPPED = Recognizer.load(PROJECT / "weights" / "digits.npz")


def ways() -> dict[str, dict[str, Way]]:
    """Return each peer's ways; a program that is not installed is left out, saying so."""
    network = SHIPPED.network
    peers: dict[str, dict[str, Way]] = {
        "tutorial": {"": tutorial(network)},
        "contours": {"": contours(network)},
    }
    if shutil.which("tesseract"):
        peers["tesseract"] = {
            f"{name} {mode}": tesseract(mode, prepare)
            for mode in PAGE_MODES
            for name, prepare in (("photo", upright), ("cleaned", cleaned))
        }
    else:
        print("tesseract is not installed (apt-get install tesseract-ocr): left out\n")
    peers["rapidocr"] = {"photo": rapidocr(upright), "cleaned": rapidocr(cleaned)}
    peers["digitbot"] = {"": ours}
    return peers


def measure(way: Way, photos: list[LabelledPhoto]) -> tuple[dict[str, list[bool]], float]:
    """Return for each kind whether each answer is right, and the median seconds a photo."""
    right: dict[str, list[bool]] = {}
    seconds = []
    for photo in photos:
        data = photo.path.read_bytes()
        start = time.perf_counter()
        text = way(data)
        seconds.append(time.perf_counter() - start)
        right.setdefault(photo.kind, []).append(text == photo.label)
    return right, statistics.median(seconds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, help="folder with a manifest.csv")
    parser.add_argument("--every", type=int, default=1, help="read only every so many-th photo")
    options = parser.parse_args()
    photos = load_manifest(options.photos)[:: options.every]
    kinds = sorted({photo.kind for photo in photos})
    print("| way | " + " | ".join(kinds) + " | ms a photo |")
    print("|---|" + "---|" * (len(kinds) + 1))
    for name, variants in ways().items():
        results = [measure(way, photos) for way in variants.values()]
        cells = []
        for kind in kinds:
            best = max(sum(right[kind]) for right, _ in results)
            count = len(results[0][0][kind])
            cells.append(f"{best}/{count} = {100 * best / count:.1f} %")
        fastest = min(seconds for _, seconds in results)
        print(f"| {name} | " + " | ".join(cells) + f" | {1000 * fastest:.0f} |", flush=True)


if __name__ == "__main__":
    main()
