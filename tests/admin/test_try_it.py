import io
from dataclasses import replace

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageDraw

from admin.try_it import strongest
from model.recognizer import Recognizer
from tests.admin.auth import Auth
from tests.filling import drawn_photo


def drawing() -> bytes:
    """Return a PNG as the canvas makes it, with two strokes apart."""
    image = Image.new("RGB", (640, 480), "white")
    pen = ImageDraw.Draw(image)
    pen.line([(150, 120), (150, 360)], fill="#111", width=26)
    pen.line([(400, 120), (520, 120), (430, 360)], fill="#111", width=26, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def read(client: FlaskClient, data: bytes, token: str):
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/octet-stream",
        "X-CSRFToken": token,
    }
    return client.post("/try/read", data=data, headers=headers)


def test_the_page_needs_no_login(client: FlaskClient):
    page = client.get("/try")
    assert page.status_code == 200
    assert "<canvas" in page.text


def test_reads_a_drawing_as_the_bot_reads_a_photo(
    client: FlaskClient, auth: Auth, recognizer: Recognizer
):
    answer = read(client, drawing(), auth.token()).get_json()
    expected = recognizer.read(drawing())
    assert answer["text"] == expected.text
    assert len(answer["digits"]) == len(expected.digits) > 0
    assert (answer["width"], answer["height"]) == (640, 480)
    for told, digit in zip(answer["digits"], expected.digits, strict=True):
        assert told["digit"] == digit.digit
        assert told["box"] == list(digit.box)
        assert told["pixels"] == digit.pixels.ravel().tolist()
        assert told["probabilities"] == pytest.approx(digit.probabilities.tolist(), abs=1e-3)
        assert [len(layer) for layer in told["layers"]] == list(recognizer.network.sizes)
        assert len(told["connections"]) == len(recognizer.network.weights)


def test_reads_an_uploaded_jpeg(client: FlaskClient, auth: Auth):
    response = read(client, drawn_photo("4"), auth.token())
    assert response.status_code == 200
    assert response.get_json()["width"] == 320


def test_says_how_a_turned_photo_was_read(
    client: FlaskClient, auth: Auth, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
):
    token, upright = auth.token(), recognizer.read(drawing())
    turned = replace(upright, turned=1, way_up=0.876)
    for reading, words in ((upright, ""), (turned, "turned left by 90°, 88 % sure")):
        monkeypatch.setattr(Recognizer, "read", lambda self, data, reading=reading: reading)
        assert read(client, drawing(), token).get_json()["turn"] == words


def test_an_empty_sheet_has_no_digit(client: FlaskClient, auth: Auth):
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "white").save(file, "PNG")
    assert read(client, file.getvalue(), auth.token()).get_json()["digits"] == []


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken", b"%PDF-1.7"])
def test_what_is_no_picture_gets_a_friendly_answer(client: FlaskClient, auth: Auth, data: bytes):
    response = read(client, data, auth.token())
    assert response.status_code == 422
    assert response.get_json()["error"][-1] in ".!"


def test_refuses_a_file_that_is_too_large(client: FlaskClient, auth: Auth):
    response = read(client, bytes(20 * 1024 * 1024 + 1), auth.token())
    assert response.status_code == 413
    assert "20 MB" in response.get_json()["error"]


def test_refuses_a_page_from_elsewhere(client: FlaskClient):
    assert read(client, drawing(), "forged").status_code == 400


def test_asking_too_fast_is_slowed_down(client: FlaskClient, auth: Auth):
    token = auth.token()
    statuses = {read(client, b"", token).status_code for _ in range(60)}
    assert statuses == {422, 429}
    response = read(client, b"", token)
    assert int(response.headers["Retry-After"]) >= 1


def test_the_strongest_connections_carry_most():
    weights = np.array([[1, -5, 0], [9, 9, 9]], np.float32)
    below = np.array([1, 1, 1], np.float32)
    found = strongest(weights, below, np.array([2, 0.5], np.float32))
    assert found == [(1, 0, -5.0), (0, 0, 1.0), (0, 1, 9.0), (1, 1, 9.0), (2, 1, 9.0)]
    assert strongest(weights, 0 * below, np.array([2, 0.5], np.float32)) == []
