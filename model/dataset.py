"""Images with their labels: read from MNIST's own format or an export, split and cut in batches."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model.network import DIGITS, Array
from model.weights import written_whole

SIDE = 28
"""Images are 28 x 28 pixels, ground 0 and ink 255."""
NO_DIGIT = 10
"""The label of what is no digit at all, where a data set of eleven classes has it."""
SPLITS = ("train", "validation", "test")

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
MNIST_FILES = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
"""The four files of MNIST (LeCun, Cortes and Burges 1998) and the SHA-256 of each as .gz."""


class WrongDataset(ValueError):
    """A data set can't be used; the message says which file, and what was expected of it."""


class NoDownload(OSError):
    """MNIST could not be downloaded; the message says why and what to do instead."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """N images with their labels, checked; raises `WrongDataset`."""

    images: Array
    """N x 28 x 28 uint8, ground 0 and ink 255."""
    labels: Array
    """N uint8, each below `classes`."""
    splits: Array | None = None
    """N strings, each one of `SPLITS`; None where nobody has split it."""
    classes: int = DIGITS
    """10, or 11 where the label 10 means "no digit"."""
    source: str = "The data set"
    """Names it in messages and on the card."""

    def __post_init__(self) -> None:
        """Raise `WrongDataset` for what can't be a data set."""
        images, labels, splits = self.images, self.labels, self.splits
        if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
            raise WrongDataset(
                f"{self.source}: images must be N x 28 x 28 of uint8, "
                f"not {' x '.join(map(str, images.shape))} of {images.dtype}."
            )
        if labels.dtype != np.uint8 or labels.ndim != 1:
            raise WrongDataset(
                f"{self.source}: labels must be N numbers of uint8, "
                f"not {' x '.join(map(str, labels.shape))} of {labels.dtype}."
            )
        if len(images) != len(labels):
            raise WrongDataset(f"{self.source}: {len(images)} images but {len(labels)} labels.")
        if len(labels) and labels.max() >= self.classes:
            raise WrongDataset(
                f"{self.source}: labels must be 0 to {self.classes - 1}, one is {labels.max()}."
            )
        if splits is not None and (
            splits.shape != labels.shape or not np.isin(splits, SPLITS).all()
        ):
            raise WrongDataset(
                f"{self.source}: splits must be one of {', '.join(SPLITS)} an image."
            )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def fingerprint(self) -> str:
        """Of the images and labels in their order: the same for the same data, for cards."""
        digest = hashlib.sha256(self.images.tobytes())
        digest.update(self.labels.tobytes())
        return digest.hexdigest()[:16]

    @property
    def inputs(self) -> Array:
        """What a network takes: N x 784 float32, 0 ground to 1 ink."""
        return self.images.reshape(len(self), -1) * np.float32(1 / 255)

    @classmethod
    def load(cls, path: str | os.PathLike[str], classes: int = DIGITS) -> Dataset:
        """Read an NPZ with `images`, `labels` and perhaps `splits`; raises `WrongDataset`."""
        try:
            with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
                splits = file["splits"] if "splits" in file.files else None
                images, labels = file["images"], file["labels"]
        except KeyError as error:
            raise WrongDataset(f"{path}: expected the arrays images and labels: {error}") from error
        except (OSError, EOFError, ValueError, TypeError, zipfile.BadZipFile, zlib.error) as error:
            raise WrongDataset(f"{path}: expected an NPZ file of an export: {error}") from error
        for name, array in (("images", images), ("labels", labels), ("splits", splits)):
            if not isinstance(array, np.ndarray | None):  # NumPy gives what is no array as bytes
                raise WrongDataset(f"{path}: expected {name} as an array, found something else.")
        return cls(images, labels, splits, classes, str(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write an NPZ that `load` reads."""
        arrays = {"images": self.images, "labels": self.labels}
        if self.splits is not None:
            arrays["splits"] = self.splits
        with written_whole(Path(path)) as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

    def take(self, chosen: Array) -> Dataset:
        """The images that `chosen` (indices or a mask of N) picks."""
        splits = None if self.splits is None else self.splits[chosen]
        return replace(self, images=self.images[chosen], labels=self.labels[chosen], splits=splits)

    def part(self, split: str) -> Dataset:
        """What belongs to one of `SPLITS`; the whole for "train" where nobody has split it."""
        if self.splits is None:
            return self if split == "train" else self.take(np.zeros(len(self), bool))
        return self.take(self.splits == split)

    def split(self, held_out: int, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """(the rest, `held_out` of them drawn at random), each in the order it had."""
        if not 0 <= held_out <= len(self):
            raise WrongDataset(f"{self.source}: {held_out} of {len(self)} can't be held out.")
        mask = np.zeros(len(self), bool)
        mask[rng.permutation(len(self))[:held_out]] = True
        return self.take(~mask), self.take(mask)


def concatenate(parts: Sequence[Dataset]) -> Dataset:
    """All of them in a row; splits only where every part has them."""
    splits = [part.splits for part in parts if part.splits is not None]
    return Dataset(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate(splits) if len(splits) == len(parts) else None,
        max(part.classes for part in parts),
        " + ".join(part.source for part in parts),
    )


# --- MNIST's own format ----------------------------------------------------------------------


def load_idx(
    images_path: str | os.PathLike[str],
    labels_path: str | os.PathLike[str],
    classes: int = DIGITS,
) -> Dataset:
    """Read two IDX files, plain or .gz; raises `WrongDataset`."""
    images = read_idx(Path(images_path), dimensions=3)
    labels = read_idx(Path(labels_path), dimensions=1)
    if len(images) != len(labels):
        raise WrongDataset(
            f"{images_path} has {len(images)} images but {labels_path} has {len(labels)} labels."
        )
    if images.shape[1:] != (SIDE, SIDE):
        raise WrongDataset(f"{images_path}: expected images of 28 x 28, found {images.shape[1:]}.")
    if len(labels) and labels.max() >= classes:
        raise WrongDataset(f"{labels_path}: expected 0 to {classes - 1}, found {labels.max()}.")
    return Dataset(images, labels, classes=classes, source=Path(images_path).name)


def read_idx(path: Path, dimensions: int) -> Array:
    """One IDX file of uint8: two zeros, type 8, the dimensions, each one's size, the bytes."""
    try:
        opened = path.read_bytes()
        content = gzip.decompress(opened) if opened[:2] == b"\x1f\x8b" else opened
    except FileNotFoundError as error:
        raise WrongDataset(f"{path}: no such file; expected MNIST's own format there.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise WrongDataset(f"{path}: can't be read: {error}.") from error
    magic = bytes([0, 0, 8, dimensions])
    if content[:4] != magic:
        raise WrongDataset(
            f"{path}: starts with {content[:4].hex() or 'nothing'}, expected {magic.hex()}, "
            f"the mark of an IDX file of uint8 with {dimensions} dimension(s)."
        )
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise WrongDataset(f"{path}: is cut off within its sizes after {len(content)} bytes.")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    expected = start + int(np.prod(shape, dtype=object))
    if len(content) != expected:
        raise WrongDataset(f"{path}: has {len(content)} bytes where its sizes ask for {expected}.")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def load_mnist(folder: str | os.PathLike[str]) -> tuple[Dataset, Dataset]:
    """(training, test) from MNIST's four files, plain or .gz; raises `WrongDataset`."""
    paths = [Path(folder) / name for name in MNIST_FILES]
    found = [path if path.exists() else path.with_name(path.name + ".gz") for path in paths]
    missing = [path.name for path in found if not path.exists()]
    if missing:
        raise WrongDataset(f"{folder}: expected MNIST's four files there; {missing[0]} is missing.")
    return load_idx(found[0], found[1]), load_idx(found[2], found[3])


def fetch_mnist(
    folder: str | os.PathLike[str], mirrors: Sequence[str] = MIRRORS, timeout: float = 30
) -> tuple[Dataset, Dataset]:
    """(training, test), downloaded to `folder` unless they are there already.

    Raises `NoDownload` when no mirror gives a file of the right checksum.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, checksum in MNIST_FILES.items():
        path = folder / f"{name}.gz"
        if not (path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == checksum):
            content = download(f"{name}.gz", checksum, mirrors, timeout)
            with written_whole(path) as file:
                file.write(content)
    return load_mnist(folder)


def download(name: str, checksum: str, mirrors: Sequence[str], timeout: float) -> bytes:
    """The bytes of one file from the first mirror that has it with this SHA-256."""
    reasons = []
    for mirror in mirrors:
        try:
            with urllib.request.urlopen(mirror + name, timeout=timeout) as reply:  # noqa: S310 - the addresses are ours, above
                content: bytes = reply.read()
        except (OSError, urllib.error.URLError) as error:
            reasons.append(f"{mirror}: {error}")
            continue
        if hashlib.sha256(content).hexdigest() == checksum:
            return content
        reasons.append(f"{mirror}: the file has another checksum")
    raise NoDownload(
        f"MNIST's {name} could not be downloaded ({'; '.join(reasons)}). Without a network, put "
        "its four .gz files in a folder and name that with --mnist."
    )
