"""Updates are delivered to a webhook until it accepts them."""

import http.client
import http.server
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from telegram.error import Conflict

from tests.bot_api import BotApi, Sender
from tests.double.asking import ask, refused
from tests.patience import PATIENCE, wait_until


class Receiver(http.server.ThreadingHTTPServer):
    """A bot's webhook that refuses the first delivery."""

    daemon_threads = False

    def __init__(self) -> None:
        self.deliveries: list[tuple[str, str | None, dict[str, Any]]] = []
        self.arrived = threading.Semaphore(0)
        super().__init__(("127.0.0.1", 0), Hook)


class Hook(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        token = self.headers["X-Telegram-Bot-Api-Secret-Token"]
        self.server.deliveries.append((self.path, token, update))
        self.send_response(200 if len(self.server.deliveries) > 1 else 500)
        self.end_headers()
        self.server.arrived.release()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class TestWebhook:
    def test_updates_are_delivered_until_accepted(
        self, api: BotApi, ann: Sender, receiver: Receiver
    ) -> None:
        api.webhook.proxies = (f"http://127.0.0.1:{receiver.server_address[1]}",)
        url = "https://bot.example/hook"
        ask(api, lambda bot: bot.set_webhook(url, secret_token="s3cret"))
        texts = ["first", "second"]
        for text in texts:
            ann.text(text)
        for _ in range(3):
            assert receiver.arrived.acquire(timeout=PATIENCE)
        api.wait_confirmed()
        assert {(path, token) for path, token, _ in receiver.deliveries} == {("/hook", "s3cret")}
        got = [update["message"]["text"] for _, _, update in receiver.deliveries]
        assert got == ["first", "first", "second"]
        info = ask(api, lambda bot: bot.get_webhook_info())
        assert info.url == url
        assert info.pending_update_count == 0
        assert "500" in (info.last_error_message or "")

    def test_polling_and_a_webhook_exclude_each_other(self, api: BotApi) -> None:
        with ThreadPoolExecutor() as pool:
            polling = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=10))
            wait_until(lambda: api.state.queue.polled)
            assert ask(api, lambda bot: bot.set_webhook("https://127.0.0.1:1/hook"))
            with pytest.raises(Conflict, match="terminated by setWebhook"):
                polling.result(timeout=PATIENCE)
        api.state.queue.conflict_pause = 0.1
        with pytest.raises(Conflict, match="while webhook is active"):
            ask(api, lambda bot: bot.get_updates())
        ask(api, lambda bot: bot.delete_webhook())
        assert ask(api, lambda bot: bot.get_updates()) == ()

    def test_a_wrong_secret_or_address_is_refused(self, api: BotApi) -> None:
        with refused("unallowed characters"):
            ask(api, lambda bot: bot.set_webhook("https://bot.example", secret_token="no spaces"))
        with refused("HTTPS URL must be"):
            ask(api, lambda bot: bot.set_webhook("bot.example"))
