"""The JSON API: 784 pixels in, a digit out."""

from __future__ import annotations

import hmac

import numpy as np
from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from admin.body import WrongBody, is_number, json_object
from admin.desk import desk
from admin.login import public

blueprint = Blueprint("api", __name__)

PIXELS = 784


@blueprint.post("/api/predict")
@public
def predict() -> ResponseReturnValue:
    """Read one digit; 404 when no API_KEY is set, 401 for a wrong one, 422 for a wrong body."""
    key = desk().settings.api_key
    if not key:
        abort(404)
    if not hmac.compare_digest(request.headers.get("X-API-Key", "").encode(), key.encode()):
        return jsonify(error="The header X-API-Key is missing or wrong."), 401
    return answer(read_pixels())


def read_pixels() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return the body's pixels, 784 in 0..1; raises `WrongBody`, which names what is wrong."""
    body = json_object()
    if "pixels" not in body:
        raise WrongBody(f'"pixels" is missing: send a list of {PIXELS} numbers from 0 to 1.')
    pixels = body["pixels"]
    if not isinstance(pixels, list):
        raise WrongBody(f'"pixels" must be a list of {PIXELS} numbers from 0 to 1.')
    if len(pixels) != PIXELS:
        few = "few" if len(pixels) < PIXELS else "many"
        raise WrongBody(f'"pixels" has too {few} numbers: {len(pixels)} instead of {PIXELS}.')
    for index, value in enumerate(pixels):
        if not is_number(value):
            raise WrongBody(f'"pixels"[{index}] is no number.')
        if not 0 <= value <= 1:  # false for NaN too
            raise WrongBody(f'"pixels"[{index}] is not between 0 and 1.')
    return np.array(pixels, np.float32)


def answer(pixels: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Response:
    """Return what the network says, with the activations of every layer, the input first."""
    network = desk().recognizer.network
    probabilities, _ = network.answers(pixels)
    digit = int(probabilities[0].argmax())
    return jsonify(
        predicted_digit=digit,
        confidence=float(probabilities[0, digit]),
        probabilities=probabilities[0].tolist(),
        activations=[layer[0].tolist() for layer in network.activations(pixels)],
    )
