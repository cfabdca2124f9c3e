import json

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin import create_app
from model.database import Database
from model.recognizer import Recognizer
from model.settings import Settings
from tests.admin.auth import PASSWORD

GOOD = [0.5] * 784


def post(client: FlaskClient, body: object, key: str | None = "key"):
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"Content-Type": "application/json"} | ({"X-API-Key": key} if key else {})
    return client.post("/api/predict", data=data, headers=headers)


def test_answers_as_the_network_does(client: FlaskClient, recognizer: Recognizer):
    pixels = np.random.default_rng(1).random(784).astype(np.float32)
    response = post(client, {"pixels": pixels.tolist()})
    assert response.status_code == 200
    answer = response.get_json()
    assert set(answer) == {"predicted_digit", "confidence", "probabilities", "activations"}
    expected = recognizer.network.probabilities(pixels)[0]
    assert answer["probabilities"] == pytest.approx(expected.tolist(), rel=1e-5)
    assert sum(answer["probabilities"]) == pytest.approx(1, rel=1e-5)
    assert answer["predicted_digit"] == expected.argmax()
    assert answer["confidence"] == max(answer["probabilities"])
    assert [len(layer) for layer in answer["activations"]] == list(recognizer.network.sizes)
    assert answer["activations"][0] == pytest.approx(pixels.tolist())


def test_takes_zeros_and_ones_as_whole_numbers(client: FlaskClient):
    assert post(client, {"pixels": [0, 1] * 392}).status_code == 200


@pytest.mark.parametrize("key", [None, "", "wrong", "kéy"])
def test_refuses_a_missing_or_wrong_key(client: FlaskClient, key: str | None):
    response = post(client, {"pixels": GOOD}, key)
    assert response.status_code == 401
    assert "X-API-Key" in response.get_json()["error"]


def test_is_off_without_a_key(database: Database, recognizer: Recognizer):
    app = create_app(Settings(admin_password=PASSWORD), database, recognizer)
    response = post(app.test_client(), {"pixels": GOOD}, "")
    assert response.status_code == 404
    assert "error" in response.get_json()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty"),
        ("pixels=1", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ([1, 2], "no object"),
        ("null", "no object"),
        ({}, '"pixels" is missing'),
        ({"pixels": None}, "must be a list"),
        ({"pixels": "0" * 784}, "must be a list"),
        ({"pixels": {"0": 1}}, "must be a list"),
        ({"pixels": GOOD[1:]}, "too few numbers: 783"),
        ({"pixels": []}, "too few numbers: 0"),
        ({"pixels": [*GOOD, 0]}, "too many numbers: 785"),
        ({"pixels": [*GOOD[1:], "1"]}, '"pixels"[783] is no number'),
        ({"pixels": [True, *GOOD[1:]]}, '"pixels"[0] is no number'),
        ({"pixels": [None, *GOOD[1:]]}, '"pixels"[0] is no number'),
        ({"pixels": [[0.5], *GOOD[1:]]}, '"pixels"[0] is no number'),
        ({"pixels": [1.01, *GOOD[1:]]}, '"pixels"[0] is not between 0 and 1'),
        ({"pixels": [-0.01, *GOOD[1:]]}, "not between 0 and 1"),
        ({"pixels": [10**400, *GOOD[1:]]}, "not between 0 and 1"),
        ({"pixels": [float("nan"), *GOOD[1:]]}, "not between 0 and 1"),
        ({"pixels": [float("inf"), *GOOD[1:]]}, "not between 0 and 1"),
        ({"pixels": [float("-inf"), *GOOD[1:]]}, "not between 0 and 1"),
    ],
)
def test_says_what_is_wrong(client: FlaskClient, body: object, words: str):
    response = post(client, body)
    assert response.status_code == 422
    assert words in response.get_json()["error"]


def test_refuses_a_body_that_is_far_too_long(client: FlaskClient):
    response = post(client, "[" + "0," * 200_000 + "0]")
    assert response.status_code == 413
    assert "error" in response.get_json()


def test_other_ways_to_ask_get_json_too(client: FlaskClient):
    response = client.get("/api/predict")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert "error" in response.get_json()
    assert "error" in client.get("/api/nothing").get_json()


def test_needs_no_form_token(app: Flask):
    assert post(app.test_client(), {"pixels": GOOD}).status_code == 200
