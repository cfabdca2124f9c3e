"""Faults hit what they are meant for, as often as asked."""

import http.client
import http.server
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from telegram import (
    Update,
)
from telegram.error import InvalidToken, NetworkError, RetryAfter

from tests.bot_api import BotApi, Sender
from tests.double.asking import ask, post, say
from tests.patience import PATIENCE, wait_until


class TestFaults:
    def test_floods_hit_one_method_and_chat_as_often_as_asked(
        self, api: BotApi, ann: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PTB_TIMEDELTA", "true")  # the library warns of this change to come
        bo = api.sender(name="Bo")
        fault = api.faults.flood("sendMessage", retry_after=3, times=2, chat_id=ann.chat_id)
        assert say(api, bo, "served").text == "served"
        for _ in range(2):
            with pytest.raises(RetryAfter, match="Retry in 0:00:03"):
                say(api, ann, "hi")
        assert say(api, ann, "hi").text == "hi"
        assert fault.hits == 2
        assert [call.status for call in api.calls_of("sendMessage")] == [200, 429, 429, 200]

    def test_errors_and_gateway_pages(self, api: BotApi, ann: Sender) -> None:
        api.faults.error("sendMessage", 500)
        with pytest.raises(NetworkError, match="Internal Server Error"):
            say(api, ann, "hi")
        api.faults.error("sendMessage", 502, body=b"<html>Bad Gateway</html>")
        with pytest.raises(NetworkError, match="Bad Gateway"):
            say(api, ann, "hi")
        assert api.messages(ann.chat_id) == []

    def test_a_connection_is_cut_before_or_after_the_work(self, api: BotApi, ann: Sender) -> None:
        api.faults.drop("sendMessage")
        with pytest.raises(NetworkError):
            say(api, ann, "hi")
        assert api.messages(ann.chat_id) == []
        api.faults.lose_answer("sendMessage")
        with pytest.raises(NetworkError):
            say(api, ann, "hi")
        assert [m.text for m in api.messages(ann.chat_id)] == ["hi"]
        assert [call.status for call in api.calls_of("sendMessage")] == [None, None]

    def test_slow_answers_come_late(self, api: BotApi, ann: Sender) -> None:
        api.faults.slow("sendMessage", seconds=0.3)
        began = time.monotonic()
        say(api, ann, "hi")
        assert time.monotonic() - began >= 0.3

    def test_an_outage_refuses_and_ends(self, api: BotApi, ann: Sender) -> None:
        with ThreadPoolExecutor() as pool:
            polling = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=10))
            wait_until(lambda: api.state.queue.polled)
            with api.outage():
                with pytest.raises(ConnectionRefusedError):
                    post(api, "getMe")
                with pytest.raises(NetworkError):
                    polling.result(timeout=PATIENCE)
                ann.text("still there?")
        assert len(ask(api, lambda bot: bot.get_updates())) == 1

    def test_tokens_are_known_unknown_or_revoked(self, api: BotApi) -> None:
        assert post(api, "getMe", token="1:other")[0] == 401
        assert post(api, "getMe", token="nonsense")[0] == 404
        assert post(api, "noSuchMethod")[0] == 404
        api.revoke_token()
        assert post(api, "getMe") == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )
        with pytest.raises(InvalidToken):
            ask(api, lambda bot: bot.get_me())
        api.restore_token()
        assert ask(api, lambda bot: bot.get_me()).username == "digitbot_test_bot"

    def test_a_bot_killed_in_the_middle_of_a_request(self, api: BotApi, ann: Sender) -> None:
        address = ("127.0.0.1", int(api.url.rpartition(":")[2]))
        head = f"POST /bot{api.token}/sendMessage HTTP/1.1\r\nContent-Length: 50\r\n\r\n"
        for half in (head[:30], head, head + "chat_id=501&text=cut"):
            with socket.create_connection(address) as dying:
                dying.sendall(half.encode())
        with socket.create_connection(address) as dying:  # and one that died while it polled
            dying.sendall(f"GET /bot{api.token}/getUpdates?timeout=50 HTTP/1.1\r\n\r\n".encode())
            api.wait_call("getUpdates")
        ann.text("for the next bot")
        assert isinstance(ask(api, lambda bot: bot.get_updates(timeout=10))[0], Update)
        assert api.messages(ann.chat_id) == []


def test_parameters_come_in_every_encoding_and_hundreds_a_second(api: BotApi, ann: Sender) -> None:
    connection = http.client.HTTPConnection(api.url.removeprefix("http://"))
    form = "application/x-www-form-urlencoded"
    bodies = {
        form: f"chat_id={ann.chat_id}&text=true",
        "application/json; charset=utf-8": f'{{"chat_id": {ann.chat_id}, "text": "true"}}',
        "multipart/form-data; boundary=b": "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("chat_id", ann.chat_id), ("text", "true"))
        )
        + "--b--\r\n",
    }
    began = time.monotonic()
    for _ in range(50):
        for content_type, body in bodies.items():
            address = f"/bot{api.token}/sendMessage"
            connection.request("POST", address, body, {"Content-Type": content_type})
            answer = connection.getresponse()
            assert json.loads(answer.read())["result"]["text"] == "true"
    assert time.monotonic() - began < 5  # some 0.1 s; a delayed packet each would be 6 s
    connection.close()
    assert {m.text for m in api.messages(ann.chat_id)} == {"true"}
    assert all(call.parameters["chat_id"] == ann.chat_id for call in api.calls)
