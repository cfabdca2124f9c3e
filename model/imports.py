"""Samples that were collected elsewhere come in: pictures in folders, or IDX files.

They become photos of contributors whose `source` is the name that the import was given. Who imports
vouches for their consent. The same picture of the same source comes in once, however often the file
is imported.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from model.database import Database
from model.dataset import SPLITS, load_idx
from model.export import png
from model.labels import label_sample
from model.reading import Digit, Reading
from model.recognizer import Recognizer
from model.samples import PhotoKey, find_photo, store_photo
from model.sources import NO_BOT
from model.tables import TELEGRAM, Consent, Contributor, Labeller, Split
from model.vision import UnreadablePhoto

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")
PARTS = {"train": Split.TRAIN, "validation": Split.VALIDATION, "valid": Split.VALIDATION,
         "val": Split.VALIDATION, "test": Split.TEST, "t10k": Split.TEST}  # fmt: skip
LARGEST = 20 * 1024 * 1024
"""Bytes of one picture."""
AT_ONCE = 500
"""Pictures stored in one transaction."""


class WrongImport(ValueError):
    """The file can't be imported; the message says why and what was expected."""


@dataclass(frozen=True, eq=False)
class Item:
    """A picture with its label."""

    name: str
    """Names it within its source."""
    label: int
    split: Split
    contributor: str
    by: Labeller | None
    """Who labelled it; None: nobody, the network read it so."""
    picture: bytes
    """A file, or 784 bytes of pixels."""


def import_file(
    database: Database,
    recognizer: Recognizer,
    path: Path,
    source: str,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[int, int]:
    """Import a ZIP of folders or of IDX files; return how many samples came in and how many didn't.

    `tell` hears how many pictures were looked at. Raises `WrongImport`.
    """
    if not source.strip() or len(source) > 64 or source == TELEGRAM:
        raise WrongImport(f"A source needs a name of up to 64 letters, and not {TELEGRAM!r}.")
    taken = passed = 0
    items = read_items(path)
    while some := list(islice(items, AT_ONCE)):
        readings = read_pictures(recognizer, some)
        with database.write() as session:
            stored = sum(
                reading is not None and store(session, item, reading, source, recognizer.weights)
                for item, reading in zip(some, readings, strict=True)
            )
        taken, passed = taken + stored, passed + len(some) - stored
        tell(len(some))
    if not taken + passed:
        raise WrongImport(
            f"{path} holds nothing to import: expected pictures in folders 0 to 9, or IDX files."
        )
    return taken, passed


# --- reading the file ------------------------------------------------------------------------


def read_items(path: Path) -> Iterator[Item]:
    """Yield what a file holds; raises `WrongImport`."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if any("-idx3-ubyte" in name for name in names):
                yield from read_idx_items(archive, names)
            else:
                yield from read_folder_items(archive, names)
    except FileNotFoundError as error:
        raise WrongImport(f"There is no file {path}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise WrongImport(f"{path} is no whole ZIP archive: {error}.") from error


def read_idx_items(archive: zipfile.ZipFile, names: list[str]) -> Iterator[Item]:
    """Yield the pictures of IDX files; raises `WrongDataset` for broken ones."""
    for name in sorted(name for name in names if "-images-idx3-ubyte" in name):
        labels = name.replace("-images-idx3-", "-labels-idx1-")
        if labels not in names:
            raise WrongImport(f"{name} has no {labels} beside it.")
        part = PurePosixPath(name).name.split("-images")[0]
        with tempfile.TemporaryDirectory() as folder:
            images_path, labels_path = Path(folder) / "images", Path(folder) / "labels"
            images_path.write_bytes(archive.read(name))
            labels_path.write_bytes(archive.read(labels))
            data = load_idx(images_path, labels_path)
        split = PARTS.get(part, Split.TRAIN)
        for number, (image, label) in enumerate(zip(data.images, data.labels, strict=True)):
            yield Item(
                f"{name}:{number}", int(label), split, part, Labeller.SENDER, image.tobytes()
            )


def read_folder_items(archive: zipfile.ZipFile, names: list[str]) -> Iterator[Item]:
    """Yield the pictures of folders, with what metadata.csv says where there is one."""
    table = next((name for name in names if PurePosixPath(name).name == "metadata.csv"), None)
    told = read_table(archive, table) if table else {}
    folder = PurePosixPath(table).parent if table else PurePosixPath()
    for name in names:
        if not name.lower().endswith(PICTURES):
            continue
        if archive.getinfo(name).file_size > LARGEST:
            raise WrongImport(f"{name} is larger than 20 MB.")
        path = PurePosixPath(name)
        inside = str(path.relative_to(folder)) if path.is_relative_to(folder) else name
        row = told.get(inside, {})
        label = row.get("label") or next(
            (part for part in reversed(path.parts[:-1]) if re.fullmatch("[0-9]", part)), ""
        )
        if not re.fullmatch("[0-9]", label):
            raise WrongImport(
                f"{name}: its label is {label!r}; expected a folder 0 to 9 around it, or a column "
                "label in metadata.csv."
            )
        parts = [PARTS[part.lower()] for part in path.parts[:-1] if part.lower() in PARTS]
        split = Split(row["split"]) if row.get("split") in SPLITS else (*parts, Split.TRAIN)[0]
        by = {"operator": Labeller.OPERATOR, "network": None}.get(
            row.get("labelled_by", ""), Labeller.SENDER
        )
        person = row.get("contributor") or split.value
        yield Item(inside, int(label), split, person, by, archive.read(name))


def read_table(archive: zipfile.ZipFile, name: str) -> dict[str, dict[str, str]]:
    """Return the rows of a metadata.csv by their file_name."""
    with archive.open(name) as file:
        text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        try:
            return {row["file_name"]: row for row in csv.DictReader(text)}
        except (KeyError, UnicodeDecodeError, csv.Error) as error:
            raise WrongImport(
                f"{name} can't be used ({error}): expected CSV with a column file_name."
            ) from error


# --- storing ---------------------------------------------------------------------------------


def read_pictures(recognizer: Recognizer, items: list[Item]) -> list[Reading | None]:
    """Return the reading of each picture, one digit each; None where not just one was found.

    Pictures of 28x28 are taken as they are; the network answers all of them at once.
    """
    pixels = [as_pixels(item.picture) for item in items]
    ready = [each for each in pixels if each is not None]
    images = np.array(ready, np.uint8).reshape(-1, 784).astype(np.float32) / 255
    chances, refused = recognizer.network.answers(images)
    answered = iter(zip(chances, refused, strict=True))
    readings: list[Reading | None] = []
    for item, image in zip(items, pixels, strict=True):
        if image is None:
            readings.append(read_photo(recognizer, item.picture))
            continue
        probabilities, no_digit = next(answered)
        digit = int(probabilities.argmax())
        sure = float(probabilities[digit] * (1 - no_digit))
        found = Digit(digit, sure, (0, 0, 28, 28), 0, image, probabilities, float(no_digit))
        readings.append(Reading((found,), 28, 28, "image/png"))
    return readings


def as_pixels(picture: bytes) -> NDArray[np.uint8] | None:
    """Return 28x28 with bright ink if the picture has just that size, None for others."""
    if len(picture) == 784:
        return np.frombuffer(picture, np.uint8).reshape(28, 28)
    try:
        with Image.open(io.BytesIO(picture)) as image:
            if image.size != (28, 28):
                return None
            pixels = np.asarray(image.convert("L"))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return pixels if np.median(border) < 128 else 255 - pixels  # ink on white paper


def read_photo(recognizer: Recognizer, picture: bytes) -> Reading | None:
    """Return the reading of a photo in which one digit is found."""
    try:
        reading = recognizer.read(picture)
    except UnreadablePhoto:
        return None
    return reading if len(reading.digits) == 1 else None


def store(session: Session, item: Item, reading: Reading, source: str, weights: str) -> bool:
    """Store a picture with its label; return whether it is new."""
    person = contributor_of(session, item, source)
    number = number_of(f"{source}\0{item.name}")
    key = PhotoKey(NO_BOT, person.user_id, number)
    if find_photo(session, key) is not None:
        return False
    image = png(item.picture) if len(item.picture) == 784 else item.picture
    photo = store_photo(session, key, person, image, reading, weights)
    if item.by is not None:
        label_sample(session, photo.samples[0], item.label, item.by, cause=f"import:{number}")
    return True


def contributor_of(session: Session, item: Item, source: str) -> Contributor:
    """Return the contributor of a picture, a new one at first sight; their split stays."""
    user_id = number_of(f"{source}\0{item.contributor}")
    found = session.scalar(select(Contributor).filter_by(bot_id=NO_BOT, user_id=user_id))
    if found is None:
        found = Contributor(
            bot_id=NO_BOT,
            user_id=user_id,
            name=f"{source}: {item.contributor}",
            consent=Consent.YES,
            split=item.split,
            source=source,
        )
        session.add(found)
        session.flush()
    return found


def number_of(text: str) -> int:
    """Return a number that stands for a text, the same every time: 62 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 2
