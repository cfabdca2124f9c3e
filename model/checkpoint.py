"""Where a training run stands after an epoch, in a file from which it goes on."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from model.network import Array, Network
from model.training import Epoch
from model.weights import written_whole

FACTS = ("epoch", "best_epoch", "best_accuracy", "seconds", "core_seconds", "recipe", "data")


class WrongCheckpoint(ValueError):
    """The run can't go on from the checkpoint; the message says why and what to do."""

    @classmethod
    def none_at(cls, path: Path) -> WrongCheckpoint:
        """Of a run that has not begun, or has come to its end."""
        return cls(f"There is no unfinished run to resume: {path} does not exist.")


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a run stands after an epoch: all that is needed to go on."""

    network: Network
    velocity: Sequence[Array]
    best: Network
    epoch: int
    """Epochs finished."""
    best_epoch: int
    """The one that `best` comes from."""
    best_accuracy: float
    seconds: float
    """Of training, over all sittings."""
    core_seconds: float
    """Of processor time."""
    recipe: dict[str, Any]
    data: list[dict[str, Any]]

    def save(self, path: Path) -> None:
        """Write it whole."""
        facts = {name: getattr(self, name) for name in FACTS}
        arrays = {"facts": np.array(json.dumps(facts))}
        for name, part in (
            ("network", self.network.weights + self.network.biases),
            ("velocity", self.velocity),
            ("best", self.best.weights + self.best.biases),
        ):
            arrays |= {f"{name}_{number}": array for number, array in enumerate(part)}
        with written_whole(path) as file:
            np.savez(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path, fresh: Checkpoint) -> Checkpoint:
        """Read what `save` wrote for the same recipe and data; raises `WrongCheckpoint`."""
        try:
            with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
                stored = json.loads(str(file["facts"]))
                facts = {name: stored[name] for name in FACTS}
                parts = {
                    name: tuple(file[key] for key in ordered(file.files, name))
                    for name in ("network", "velocity", "best")
                }
        except FileNotFoundError as error:
            raise WrongCheckpoint.none_at(path) from error
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise WrongCheckpoint(f"{path} is damaged: start again without --resume.") from error
        for name, now in (("recipe", fresh.recipe), ("data", fresh.data)):
            if facts[name] != json.loads(json.dumps(now)):
                raise WrongCheckpoint(
                    f"{path} is of a run with another {name}: start again without --resume."
                )
        network, best = (filled(fresh.network, parts[name]) for name in ("network", "best"))
        return cls(network, parts["velocity"], best, **facts)

    def advanced(self, epoch: Epoch) -> Checkpoint:
        """The checkpoint after one more epoch; without validation the newest is the best."""
        better = not epoch.accuracy < self.best_accuracy
        now = replace(
            self,
            network=epoch.network,
            velocity=epoch.velocity,
            epoch=epoch.number,
            seconds=epoch.seconds,
            core_seconds=epoch.core_seconds,
        )
        if not better:
            return now
        accuracy = max(epoch.accuracy, self.best_accuracy)
        return replace(now, best=epoch.network, best_epoch=epoch.number, best_accuracy=accuracy)


def checkpoint_of(out: Path) -> Path:
    """The checkpoint beside a weights file in the making."""
    return out.with_suffix(".checkpoint.npz")


def filled(network: Network, parameters: Sequence[Array]) -> Network:
    """The network with these weights and biases, in one row."""
    layers = len(network.weights)
    return replace(network, weights=tuple(parameters[:layers]), biases=tuple(parameters[layers:]))


def ordered(names: Sequence[str], prefix: str) -> list[str]:
    """prefix_0, prefix_1 and so on, as many as there are."""
    return [f"{prefix}_{number}" for number in range(sum(n.startswith(prefix) for n in names))]
