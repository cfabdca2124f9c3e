"""Draw a digit or upload a photo, without a login, and watch the network read it."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from numpy.typing import NDArray

from admin.desk import desk
from admin.login import public
from admin.throttle import Throttle
from model.network import Network
from model.reading import Digit

blueprint = Blueprint("try_it", __name__)

READS = Throttle(rate=4, burst=30)
AT_ONCE = threading.Semaphore(2)
"""Photos read at the same time, so that the operators' pages have threads left."""

SHOWN = 12
"""Digits whose activations are sent; more are read, but not drawn as a network."""

STRONGEST_UNITS = 14
STRONGEST_INPUTS = 6
"""Connections drawn: so many into each of the most active units of a layer."""


@blueprint.get("/try")
@public
def show() -> str:
    """Show the canvas."""
    return render_template("try.html")


@blueprint.post("/try/read")
@public
def read() -> ResponseReturnValue:
    """Read the picture in the body, with the same reader as the bot's photos."""
    READS.pass_or_raise(request.remote_addr or "unknown")
    data = request.get_data()
    recognizer = desk().recognizer
    with AT_ONCE:
        reading = recognizer.read(data)
        digits = [
            describe(recognizer.network, digit, index < SHOWN)
            for index, digit in enumerate(reading.digits)
        ]
    return jsonify(
        text=reading.text,
        turn=reading.turn,
        width=reading.width,
        height=reading.height,
        digits=digits,
    )


def describe(network: Network, digit: Digit, with_layers: bool) -> dict[str, Any]:
    """Return what the page shows of one digit."""
    found: dict[str, Any] = {
        "digit": digit.digit,
        "confidence": round(digit.confidence, 4),
        "no_digit": round(digit.no_digit, 4),
        "probabilities": [round(float(chance), 4) for chance in digit.probabilities],
        "box": digit.box,
        "pixels": digit.pixels.ravel().tolist(),
    }
    if with_layers:
        layers = [layer[0] for layer in network.activations(digit.pixels.ravel() / np.float32(255))]
        found["layers"] = [[round(float(value), 3) for value in layer] for layer in layers]
        found["connections"] = [
            strongest(weights, below, above)
            for weights, below, above in zip(network.weights, layers, layers[1:], strict=False)
        ]
    return found


def strongest(
    weights: NDArray[np.float32], below: NDArray[np.float32], above: NDArray[np.float32]
) -> list[tuple[int, int, float]]:
    """Return the connections that carry most between two layers: (from, to, weight × activation).

    weights fan_out×fan_in, below fan_in, above fan_out. Only those into the most active units.
    """
    found = []
    for unit in np.argsort(-above, kind="stable")[:STRONGEST_UNITS]:
        carried = weights[unit] * below  # fan_in
        for source in np.argsort(-np.abs(carried), kind="stable")[:STRONGEST_INPUTS]:
            if carried[source]:
                found.append((int(source), int(unit), round(float(carried[source]), 3)))
    return found
