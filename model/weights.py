"""The weights file: an NPZ with every layer's parameters and a card that says what they are."""

from __future__ import annotations

import glob
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Card = dict[str, Any]


class WrongWeights(ValueError):
    """The parameters, or the file that should hold them, make no network; the message says why."""


def save_weights(path: Path, card: Card, weights: Sequence[Array], biases: Sequence[Array]) -> None:
    """Write the file; `path` is whole at every moment, and equal parameters give equal bytes.

    16 bits a parameter are used where that loses nothing.
    """
    arrays = {"card": np.array(json.dumps(card))}
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
        arrays[f"weights_{layer}"], arrays[f"biases_{layer}"] = shortest(W), shortest(b)
    with written_whole(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_weights(path: str | os.PathLike[str]) -> tuple[Card, list[Array], list[Array]]:
    """(card, weights, biases) as float32; raises `WrongWeights`. Executes nothing from the file."""
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            card = dict(json.loads(str(file["card"])))
            layers = range(len(file.files) // 2)
            weights = [real_numbers(file[f"weights_{layer}"]) for layer in layers]
            biases = [real_numbers(file[f"biases_{layer}"]) for layer in layers]
    except FileNotFoundError as error:
        raise WrongWeights(
            f"There is no weights file {path}: train one with `digitbot train`."
        ) from error
    except (AttributeError, OSError, EOFError, KeyError, TypeError, ValueError) as error:
        raise WrongWeights(f"{path} holds no weights of digitbot: {error}") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise WrongWeights(f"{path} is damaged: {error}") from error
    if not all(np.isfinite(part).all() for part in weights + biases):
        raise WrongWeights(f"{path} is damaged: some of its numbers are NaN or infinite.")
    return card, weights, biases


def real_numbers(parameters: Array) -> Array:
    """The parameters as float32; raises `ValueError` for what no network is saved with."""
    if parameters.dtype.kind != "f":
        raise ValueError(f"expected real numbers, found {parameters.dtype}")
    return parameters.astype(np.float32)


def shortest(parameters: Array) -> Array:
    """The parameters in 16 bits if that is exact, else as they are."""
    with np.errstate(over="ignore"):  # what is beyond 16 bits becomes infinite, so not equal
        half = parameters.astype(np.float16)
    return half if np.array_equal(half.astype(parameters.dtype), parameters) else parameters


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file written beside `path` and renamed at the end: it is there whole, or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def remove_leftovers(path: Path) -> None:
    """Remove what writers of `path` that were killed have left beside it."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.????????"):
        left.unlink(missing_ok=True)
