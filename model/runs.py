"""A training run in files: weights with their card, a log, and a checkpoint to go on from.

    with contextlib.closing(run(recipe, data, Path("weights/digits.npz"))) as epochs:
        for epoch in epochs:
            print(epoch.number, epoch.loss)

`digits.npz` appears at the end, whole. Until then `digits.checkpoint.npz` holds the run, and
`digits.log.jsonl` gets a JSON line an epoch. A run that was killed goes on with `resume=True` to
the very end it would have had. One that is interrupted (Ctrl-C, or the loop is left) writes the
best network so far, and can go on as well.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from model.checkpoint import Checkpoint, checkpoint_of
from model.dataset import Dataset
from model.network import Network
from model.presets import Recipe
from model.training import Epoch, accuracy, cores, create_network, train
from model.weights import remove_leftovers, written_whole


@dataclass(frozen=True, eq=False)
class RunData:
    """What a run learns from and is measured on."""

    main: Dataset
    validation: Dataset
    """Scored after every epoch; empty for none."""
    others: tuple[tuple[Dataset, float], ...] = ()
    """Data mixed in, each with its share, see `training.train`."""
    test: Dataset | None = None
    """Scored once, at the end."""

    @classmethod
    def hold_out(
        cls,
        recipe: Recipe,
        main: Dataset,
        others: Sequence[tuple[Dataset, float]] = (),
        test: Dataset | None = None,
    ) -> RunData:
        """Keep the recipe's number of the main images, drawn by its seed, for validation."""
        rest, validation = main.split(recipe.held_out, np.random.default_rng([recipe.seed, 0]))
        return cls(rest, validation, tuple(others), test)

    @property
    def outputs(self) -> int:
        """The classes of the network to train: 11 where any of the data knows "no digit"."""
        return max(self.main.classes, *(data.classes for data, _ in self.others), 0)

    @property
    def description(self) -> list[dict[str, Any]]:
        """For the card: each data set's source, size, share and fingerprint."""
        sources = [(self.main, 1.0), *self.others]
        return [
            {
                "source": Path(data.source).name,
                "images": len(data),
                "share": share,
                "fingerprint": data.fingerprint,
            }
            for data, share in sources
        ]


def run(
    recipe: Recipe,
    data: RunData,
    out: Path,
    resume: bool = False,
    threads: int | None = None,
) -> Generator[Epoch, None, None]:
    """Train, yielding after every epoch; raises `WrongCheckpoint`, `Diverged`, `OSError`.

    `Epoch.seconds` and `core_seconds` count all sittings of the run. The last epoch's network
    is what is written.
    """
    threads = threads or cores()
    checkpoint_path, log_path = checkpoint_of(out), log_of(out)
    for path in (out, checkpoint_path, log_path):
        remove_leftovers(path)
    at = before_training(recipe, data)
    if resume:
        at = Checkpoint.load(checkpoint_path, at)
    else:
        checkpoint_path.unlink(missing_ok=True)
    cut_log(log_path, at.epoch)
    before = at
    try:
        for epoch in train(
            at.network,
            data.main,
            data.validation,
            recipe,
            data.others,
            at.epoch,
            at.velocity,
            threads,
        ):
            now = replace(
                epoch,
                seconds=before.seconds + epoch.seconds,
                core_seconds=before.core_seconds + epoch.core_seconds,
            )
            at = at.advanced(now)
            append_log(log_path, now)
            at.save(checkpoint_path)
            yield now
    except (KeyboardInterrupt, GeneratorExit):
        if at.epoch:
            best = replace(at, network=at.best, epoch=at.best_epoch)
            finish(best, recipe, data, threads).save(out)
        raise
    finish(at, recipe, data, threads).save(out)
    checkpoint_path.unlink(missing_ok=True)


def before_training(recipe: Recipe, data: RunData) -> Checkpoint:
    """The checkpoint of a run that has not begun."""
    untrained = create_network(recipe, data.outputs)
    return Checkpoint(
        network=untrained,
        velocity=(),
        best=untrained,
        epoch=0,
        best_epoch=0,
        best_accuracy=-1.0,
        seconds=0.0,
        core_seconds=0.0,
        recipe=asdict(recipe),
        data=data.description,
    )


def finish(at: Checkpoint, recipe: Recipe, data: RunData, threads: int) -> Network:
    """The network as it is written: rounded if the recipe says so, then scored, with its card.

    The test images are looked at only once all epochs are done.
    """
    final = at.network.rounded() if recipe.rounded else at.network
    finished = at.epoch == recipe.epochs
    scores = {"validation": accuracy(final, data.validation)}
    if data.test is not None and finished:
        scores["test"] = accuracy(final, data.test)
    card = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "recipe": at.recipe,
        "data": at.data,
        "epochs": at.epoch,
        "finished": finished,
        "seconds": round(at.seconds, 1),
        "core_seconds": round(at.core_seconds, 1),
        "threads": threads,
        "numpy": np.__version__,
        "scores": {name: score for name, score in scores.items() if not math.isnan(score)},
        "fingerprint": fingerprint(final),
    }
    return replace(final, card=json.loads(json.dumps(card)))


def fingerprint(network: Network) -> str:
    """Of the parameters alone: the same for a network remade bit by bit, whenever that was."""
    digest = hashlib.sha256()
    for part in network.weights + network.biases:
        digest.update(part.tobytes())
    return digest.hexdigest()[:16]


def log_of(out: Path) -> Path:
    """The log beside a weights file."""
    return out.with_suffix(".log.jsonl")


def append_log(path: Path, epoch: Epoch) -> None:
    """One JSON line: how the epoch went."""
    line = {
        "epoch": epoch.number,
        "loss": epoch.loss,
        "accuracy": None if math.isnan(epoch.accuracy) else epoch.accuracy,
        "samples_a_second": round(epoch.samples_a_second),
        "seconds": round(epoch.seconds, 2),
        "core_seconds": round(epoch.core_seconds, 2),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def cut_log(path: Path, epochs: int) -> None:
    """Keep the lines of the first `epochs` epochs: what came after them was not finished."""
    kept = [line for line in read_log(path) if line["epoch"] <= epochs]
    with written_whole(path) as file:
        file.write("".join(json.dumps(line) + "\n" for line in kept).encode())


def read_log(path: Path) -> list[dict[str, Any]]:
    """The log's lines; a last one that was cut off by a kill is left out."""
    lines = []
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            break
    return lines
