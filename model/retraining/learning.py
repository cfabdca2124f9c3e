"""Learning new hands without forgetting the old: the recipe, and the epochs.

The collected samples are learned in the midst of old ones ("rehearsal", Robins 1995), each with
its label: what was known is shown again, so that it is not pushed aside. The answers that the
network gave at the start would be targets too ("learning without forgetting", Li and Hoiem 2016),
but with them less was learned and more forgotten: where it was unsure they kept it unsure.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from model.augment import Bank, Plan
from model.dataset import Dataset
from model.descent import Fill
from model.network import Array, Network, one_hot
from model.presets import GENTLE, WARPS, Recipe
from model.replay import CLASSES, Replay, nearest_to_another
from model.threaded import ThreadedDescent
from model.training import Diverged, cores, paces

FORMS = replace(WARPS, thickness=0.5)
"""Few samples stand for many: in all the forms that another pen and another hand may give them."""

RECIPE = Recipe(
    "retraining",
    layers=(),  # the network that is there
    epochs=14,
    rate=0.045,
    momentum=0.9,
    warm_up=0.5,
    cosine=True,
    distortion=FORMS,
    gentle=GENTLE,
    smoothing=0.05,  # of the collected alone: without it they push more of the old aside
)
"""Found on hands other than those that the benchmark judges on."""

TAUGHT, OLD, LESSONS = 7000, 24000, 2000
"""Copies an epoch: of the collected samples, of MNIST's images, of the lessons' glyphs."""

POOL = 12000
"""MNIST's images at hand, at most: enlarged in memory, and half of them the hard ones."""

OLD_DISTORTION = FORMS
"""As far as the collected: what bends a new 7 into an old 2 shall show the old 2 beside it. The
hard ones are bent less: where they stand is where the border runs."""

MOST_TIMES = 4.0
"""As much longer an epoch becomes at most, however many samples were collected."""


@dataclass(frozen=True, eq=False)
class Lap:
    """How a retraining stands after an epoch."""

    number: int
    """Counts from 1."""
    loss: float
    network: Network
    seconds: float
    """Since the first epoch began."""


def learn(
    network: Network,
    collected: Dataset,
    replay: Replay,
    recipe: Recipe = RECIPE,
    threads: int | None = None,
) -> Iterator[Lap]:
    """Yield the network after every epoch; raises `Diverged`.

    `collected` must not be empty. A network of ten outputs learns ten classes: what is no digit is
    left out for it then.
    """
    if network.sizes[-1] < CLASSES:
        collected = collected.take(collected.labels < network.sizes[-1])
        replay = replace(replay, lessons=replay.lessons.take(replay.lessons.labels < 10))
    bank = bank_of(network, collected, replay, recipe)
    batch = recipe.batch // recipe.group * recipe.group
    descent = ThreadedDescent(network, batch, threads or cores(), recipe.group)
    started = time.perf_counter()
    for number in range(recipe.epochs):
        plan = bank.plan(np.random.default_rng([recipe.seed, number]))
        steps = len(plan) * recipe.group // batch
        fill = filling(bank, plan, batch, network.sizes[-1], len(collected), recipe.smoothing)
        loss = descent.epoch(fill, paces(recipe, number, steps))
        if not math.isfinite(loss):
            raise Diverged(f"The loss is {loss} in epoch {number + 1}: training has diverged.")
        yield Lap(number + 1, loss, descent.network, time.perf_counter() - started)


def bank_of(network: Network, collected: Dataset, replay: Replay, recipe: Recipe) -> Bank:
    """Return all that is learned from; the collected samples come first.

    Of the old digits those are shown most that are nearest to being taken for another one: what is
    forgotten is forgotten there first.
    """
    count, old = len(collected), len(replay.digits)
    times = min(max(1.0, count / TAUGHT), MOST_TIMES)  # the more samples, the longer an epoch
    hard = nearest_to_another(network, replay.digits)[: min(POOL, old) // 2]
    any_of = np.random.default_rng([recipe.seed, old]).permutation(old)[: POOL // 2]
    sources = [
        (collected, recipe.distortion, TAUGHT * times / count),
        (replay.digits.take(hard), recipe.gentle, OLD / 2 * times / count),
        (replay.digits.take(any_of), OLD_DISTORTION, OLD / 2 * times / count),
        (replay.lessons, recipe.gentle, LESSONS * times / count),
    ]
    return Bank([source for source in sources if len(source[0])], recipe.group)


def filling(
    bank: Bank, plan: Plan, batch: int, outputs: int, taught: int, smoothing: float
) -> Fill:
    """What fetches a step's images and targets; those below `taught` are smoothed."""
    new, old = (one_hot(np.arange(outputs), outputs, part) for part in (smoothing, 0.0))

    def fill(step: int, rows: slice, images: Array) -> Array:
        first = step * batch
        groups = slice((first + rows.start) // bank.group, (first + rows.stop) // bank.group)
        part = plan.part(groups)
        bank.copy(part, images)
        chosen = part.images.ravel()
        labels = bank.labels[chosen]
        wanted: Array = np.where((chosen < taught)[:, None], new[labels], old[labels])
        return wanted

    return fill


def between(start: Network, end: Network, part: float) -> Network:
    """Return the network that lies this part of the way from `start` to `end`.

    Along this line what was learned fades in and what was known fades out, the first faster:
    most of the gain costs little (Wortsman et al. 2022).
    """

    def mixed(a: Array, b: Array) -> Array:
        return a + (b - a) * np.float32(part)

    return replace(
        end,
        weights=tuple(map(mixed, start.weights, end.weights)),
        biases=tuple(map(mixed, start.biases, end.biases)),
    )
