"""Training: a generator that yields the network after every epoch.

    for epoch in train(network, dataset, validation, recipe):
        print(epoch.number, epoch.loss, epoch.accuracy)
    epoch.network.save("weights/mine.npz")

An epoch depends on nothing but the network, its velocity, the epoch's number and the recipe with
its seed, so that a training goes on from any epoch to the same end.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from model.augment import Bank, Plan
from model.dataset import Dataset
from model.descent import Descent, Fill, Pace, PlainDescent, SingleDescent
from model.network import Array, Network, one_hot
from model.presets import Recipe
from model.threaded import ThreadedDescent

BLOCK = 100
"""Examples fetched at once where they are learned one by one."""


class Diverged(ArithmeticError):
    """The loss became infinite or NaN; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Epoch:
    """How training stands after an epoch."""

    number: int
    """Counts from 1."""
    loss: float
    """The mean over the epoch, each batch before its step, on distorted copies."""
    accuracy: float
    """0..1 on the validation images; NaN where there are none."""
    network: Network
    velocity: Sequence[Array]
    samples_a_second: float
    seconds: float
    """Since the first epoch of this call began."""
    core_seconds: float
    """Of processor time since then: what the epochs cost, however busy the machine was."""


def create_network(recipe: Recipe, outputs: int) -> Network:
    """The untrained network of a recipe, drawn from its seed."""
    sizes = [28 * 28, *recipe.layers, outputs]
    rng = np.random.default_rng([recipe.seed])
    return Network.create(sizes, recipe.hidden, recipe.output, rng)


def train(
    network: Network,
    dataset: Dataset,
    validation: Dataset,
    recipe: Recipe,
    others: Sequence[tuple[Dataset, float]] = (),
    finished: int = 0,
    velocity: Sequence[Array] = (),
    threads: int | None = None,
) -> Generator[Epoch, None, None]:
    """Train by the recipe and yield after every epoch; raises `Diverged`.

    `others` are mixed in, each with its share: 0.25 adds a quarter of the main data's number an
    epoch, drawn in turn. To go on after `finished` epochs give the last one's network and velocity.
    """
    bank = Bank(
        [
            (dataset, recipe.distortion, 1.0),
            *((data, recipe.gentle, share) for data, share in others),
        ],
        recipe.group,
    )
    batch = batch_of(recipe, bank)
    descent = choose_descent(network, recipe, batch, velocity, threads or cores())
    targets = one_hot(np.arange(network.sizes[-1]), network.sizes[-1], recipe.smoothing)
    started, cores_started = time.perf_counter(), time.process_time()
    for number in range(finished, recipe.epochs):
        begun = time.perf_counter()
        plan = bank.plan(np.random.default_rng([recipe.seed, number]), strength(recipe, number))
        steps = len(plan) * recipe.group // batch
        loss = descent.epoch(filling(bank, plan, batch, targets), paces(recipe, number, steps))
        seconds = time.perf_counter() - begun
        if not math.isfinite(loss):
            raise Diverged(
                f"The loss is {loss} in epoch {number + 1}: training has diverged. "
                f"Try a lower learning rate than {recipe.rate:g}."
            )
        now = descent.network
        yield Epoch(
            number + 1,
            loss,
            accuracy(now, validation),
            now,
            [part.copy() for part in descent.velocity],
            steps * batch / seconds,
            time.perf_counter() - started,
            time.process_time() - cores_started,
        )


def cores() -> int:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def batch_of(recipe: Recipe, bank: Bank) -> int:
    """Samples fetched at once: the recipe's batch in whole groups, and no more than there are."""
    groups = max(1, (recipe.batch if recipe.batch > 1 else BLOCK) // recipe.group)
    return min(groups, max(1, len(bank.sources[0][0]) // recipe.group)) * recipe.group


def choose_descent(
    network: Network, recipe: Recipe, batch: int, velocity: Sequence[Array], threads: int
) -> Descent:
    """The fastest that can follow the recipe; all three give the same numbers to rounding."""
    if recipe.batch == 1:
        if recipe.loss != "half_squared" or recipe.momentum or recipe.decay:
            raise ValueError("One by one is written for half the squared error, and nothing else.")
        return SingleDescent(network, batch)
    if recipe.output == "softmax" and recipe.loss == "cross_entropy":
        return ThreadedDescent(network, batch, threads, recipe.group, velocity)
    return PlainDescent(network, batch, recipe.loss, velocity)


def filling(bank: Bank, plan: Plan, batch: int, targets: Array) -> Fill:
    """What fetches a step's images and targets; `targets` has a row for each label."""

    def fill(step: int, rows: slice, images: Array) -> Array:
        first = step * batch
        groups = slice((first + rows.start) // bank.group, (first + rows.stop) // bank.group)
        part = plan.part(groups)
        bank.copy(part, images)
        return targets.take(bank.labels[part.images.ravel()], axis=0)

    return fill


def paces(recipe: Recipe, number: int, steps: int) -> list[Pace]:
    """Every step's pace in epoch `number` (from 0): a straight rise, then a cosine down to 0."""
    done = number + np.arange(steps) / steps  # in epochs
    rates = np.full(steps, recipe.rate)
    if recipe.cosine:
        falling = max(recipe.epochs - recipe.warm_up, 1)  # a run may be as short as its warm-up
        fall = (done - recipe.warm_up) / falling
        rates *= (1 + np.cos(np.pi * np.clip(fall, 0, 1))) / 2
    if recipe.warm_up:
        rates *= np.clip((done + 1 / steps) / recipe.warm_up, 0, 1)
    return [Pace(float(rate), recipe.momentum, recipe.decay) for rate in rates]


def strength(recipe: Recipe, number: int) -> float:
    """How much of the distortion is left in epoch `number`: a line from 1 to `calm`."""
    return 1 - (1 - recipe.calm) * number / max(1, recipe.epochs - 1)


def accuracy(network: Network, dataset: Dataset) -> float:
    """The share of right answers, 0..1; NaN for no images.

    Among digits alone the likeliest digit counts; "no digit" is an answer only where the data have
    that as a label.
    """
    if not len(dataset):
        return math.nan
    right = 0
    for start in range(0, len(dataset), 2500):  # bounds the memory
        part = dataset.take(np.arange(start, min(start + 2500, len(dataset))))
        answers = network.logits(part.inputs)[:, : dataset.classes].argmax(axis=1)
        right += int((answers == part.labels).sum())
    return right / len(dataset)
