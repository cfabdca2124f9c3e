"""The HTTP client, over real HTTP: what is sent arrives, what fails is an error of the library."""

import asyncio
import io
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TypeVar

import pytest
from telegram import InputFile, InputMediaPhoto
from telegram.error import NetworkError, TimedOut

from bot.http_client import certificates, proxy_to
from bot.telegram_bot import CONNECTIONS, RawBot, make_bot
from model.settings import Settings
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Sender
from tests.bot_api.files import blank_png
from tests.patience import PATIENCE, wait_until
from tests.ports import free_port

T = TypeVar("T")
TOKEN = "7000000001:AAF-made-up-token-of-the-http-client"
PICTURE = blank_png(640, 480)
PEM = Path(__file__).with_name("loopback.pem")


def ask(api: BotApi, work: Callable[[RawBot], Awaitable[T]], seconds: float = FAST.request) -> T:
    """Let the bot's own Bot do some work."""
    return ask_at(api.url, work, seconds, api.token)


def ask_at(
    url: str,
    work: Callable[[RawBot], Awaitable[T]],
    seconds: float = FAST.request,
    token: str = TOKEN,
) -> T:
    settings = Settings(telegram_bot_token=token, telegram_api_url=url)

    async def run() -> T:
        async with aclosing(make_bot(settings, replace(FAST, request=seconds))) as bot:
            return await work(bot)

    return asyncio.run(run())


async def get_name(bot: RawBot) -> str:
    return (await bot.get_me()).username or ""


ME = b'{"ok": true, "result": {"id": 7, "is_bot": true, "first_name": "x", "username": "you"}}'


class Canned(BaseHTTPRequestHandler):
    """Answers everything alike, and notes what was asked."""

    server: "CannedServer"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.path, dict(self.headers)))
        self.wfile.write(self.server.answer)

    do_CONNECT = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None: ...


class CannedServer(HTTPServer):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(ME), ME)

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", free_port()), Canned)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.place = f"127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Stay silent about who doesn't trust it."""


@pytest.fixture
def server() -> Iterator[CannedServer]:
    with CannedServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class TestSends:
    def test_texts_and_numbers_as_they_are(self, api: BotApi, ann: Sender) -> None:
        text = "7 & 4 = ü 👍 100 % +1\n?"
        ask(api, lambda bot: bot.send_message(ann.chat_id, text))
        assert ann.wait_answer(lambda m: m.text == text)

    def test_a_picture_with_what_is_said_of_it(self, api: BotApi, ann: Sender) -> None:
        ask(api, lambda bot: bot.send_photo(ann.chat_id, PICTURE, caption='a "ü" & b'))
        answer = ann.wait_answer()
        assert (answer.photo, answer.text) == (PICTURE, 'a "ü" & b')

    def test_an_album(self, api: BotApi, ann: Sender) -> None:
        pictures = [PICTURE, blank_png(320, 240)]
        media = [InputMediaPhoto(picture, caption=str(n)) for n, picture in enumerate(pictures)]
        ask(api, lambda bot: bot.send_media_group(ann.chat_id, media))
        assert [m.photo for m in api.messages(ann.chat_id)] == pictures

    @pytest.mark.parametrize("is_open", [True, False])
    def test_a_file_of_megabytes(self, api: BotApi, ann: Sender, is_open: bool) -> None:
        content = bytes(range(256)) * 12_000
        file = InputFile(io.BytesIO(content), "ü.zip", read_file_handle=not is_open)
        ask(api, lambda bot: bot.send_document(ann.chat_id, file, caption="all"))
        answer = ann.wait_answer()
        assert (answer.document, answer.text) == (content, "all")

    def test_one_connection_carries_call_after_call(self, api: BotApi) -> None:
        async def work(bot: RawBot) -> int:
            for _ in range(5):
                await bot.get_me()
            return api.connections

        assert ask(api, work) == 1
        wait_until(lambda: api.connections == 0)  # closed by the end


class TestWaits:
    def test_who_finds_all_connections_in_use_waits_for_one(self, api: BotApi) -> None:
        api.faults.slow("getMe", 0.5, times=CONNECTIONS)

        async def work(bot: RawBot) -> int:
            calls = [asyncio.create_task(bot.get_me()) for _ in range(CONNECTIONS + 8)]
            await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*calls)
            return api.connections

        assert ask(api, work) == CONNECTIONS

    def test_but_not_for_ever(self, api: BotApi) -> None:
        api.faults.hang("getUpdates", times=None)

        async def work(bot: RawBot) -> None:
            first = asyncio.create_task(bot.fetch_updates(None, 1, PATIENCE))
            await asyncio.to_thread(api.wait_call, "getUpdates")
            with pytest.raises(TimedOut):
                await bot.fetch_updates(None, 1, PATIENCE)
            assert not first.done()
            first.cancel()

        ask(api, work, seconds=0.3)
        assert len(api.calls_of("getUpdates")) == 1

    def test_an_answer_that_does_not_come_is_given_up(self, api: BotApi) -> None:
        api.faults.hang("getMe")
        with pytest.raises(TimedOut):
            ask(api, lambda bot: bot.get_me(read_timeout=0.2))

    def test_a_long_poll_may_take_longer(self, api: BotApi) -> None:
        assert ask(api, lambda bot: bot.fetch_updates(None, 1, PATIENCE), seconds=0.2) == []

    def test_what_is_not_taken_is_given_up(self) -> None:
        with socket.create_server(("127.0.0.1", free_port())) as deaf:

            async def work(bot: RawBot) -> None:
                with pytest.raises(TimedOut):
                    await bot.send_document(1, bytes(20_000_000))
                deaf.accept()[0].close()
                await asyncio.sleep(0.05)  # what the connection still held is gone with it

            started = time.monotonic()
            ask_at(f"http://127.0.0.1:{deaf.getsockname()[1]}", work, seconds=0.3)
            assert time.monotonic() - started < PATIENCE / 2


class TestFails:
    @pytest.mark.parametrize("fault", ["drop", "lose_answer", "error"])
    def test_without_naming_the_token(self, api: BotApi, fault: str) -> None:
        getattr(api.faults, fault)("getMe")
        with pytest.raises(NetworkError) as raised:
            ask(api, get_name)
        assert not isinstance(raised.value, TimedOut)
        assert api.token not in "".join(traceback.format_exception(raised.value))

    def test_nobody_listens(self) -> None:
        with pytest.raises(
            NetworkError, match=r"ClientConnectorError.*Connect call failed"
        ) as raised:
            ask_at(f"http://127.0.0.1:{free_port()}", get_name)
        assert TOKEN not in "".join(traceback.format_exception(raised.value))

    def test_an_address_that_is_none(self) -> None:
        with pytest.raises(NetworkError) as raised:
            ask_at("http://:80", get_name)
        assert TOKEN not in "".join(traceback.format_exception(raised.value))

    def test_a_file_that_is_cut_short(self, api: BotApi, ann: Sender) -> None:
        api.faults.truncate()
        photo = ann.photo(PICTURE)

        async def work(bot: RawBot) -> bytearray:
            file = await bot.get_file(photo.now.media[-1]["file_id"])
            return await file.download_as_bytearray()

        with pytest.raises(NetworkError, match="ClientPayloadError"):
            ask(api, work)
        assert ask(api, work) == PICTURE

    def test_connections_that_were_cut_meanwhile_are_no_fault(self, api: BotApi) -> None:
        async def work(bot: RawBot) -> str:
            await asyncio.gather(*(bot.get_me() for _ in range(5)))
            with api.outage():
                await asyncio.sleep(0.1)
            return await get_name(bot)

        assert ask(api, work) == api.state.me["username"]

    def test_nowhere_else_is_asked(self, server: CannedServer) -> None:
        away = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
        server.answer = away
        with pytest.raises(NetworkError, match="Found"):
            ask_at(f"http://{server.place}", get_name)
        assert [path for path, _ in server.asked] == [f"/bot{TOKEN}/getMe"]


class TestEnvironment:
    @pytest.fixture(autouse=True)
    def without_proxies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)

    @pytest.mark.parametrize("name", ["http_proxy", "ALL_PROXY"])
    def test_its_proxy_is_asked(
        self, server: CannedServer, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(name, f"http://ann:secret@{server.place}")
        assert ask_at("http://telegram.example", get_name) == "you"
        ((path, headers),) = server.asked
        assert path == f"http://telegram.example/bot{TOKEN}/getMe"
        assert headers["Proxy-Authorization"] == "Basic YW5uOnNlY3JldA=="

    def test_a_proxy_that_refuses_is_a_fault_without_the_token(
        self, server: CannedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.answer = b"HTTP/1.1 407 Who are you?\r\nContent-Length: 0\r\n\r\n"
        monkeypatch.setenv("HTTPS_PROXY", server.place)
        with pytest.raises(NetworkError) as raised:
            ask_at("https://telegram.example", get_name)
        assert TOKEN not in "".join(traceback.format_exception(raised.value))

    @pytest.mark.parametrize(
        ("proxies", "proxy"),
        [
            ({}, None),
            ({"HTTPS_PROXY": "proxy:3128"}, "http://proxy:3128"),
            ({"HTTP_PROXY": "http://proxy:3128"}, None),
            ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "telegram.example"}, None),
            ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "*"}, None),
        ],
    )
    def test_names_a_proxy_or_none(
        self, monkeypatch: pytest.MonkeyPatch, proxies: dict[str, str], proxy: str | None
    ) -> None:
        for name, value in proxies.items():
            monkeypatch.setenv(name, value)
        assert proxy_to("https://api.telegram.example") == proxy

    def test_a_proxy_of_another_kind_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ALL_PROXY", "socks5://ann:secret@proxy")
        with pytest.raises(ValueError, match="only HTTP proxies") as raised:
            proxy_to("https://api.telegram.example")
        assert "secret" not in str(raised.value)

    def test_only_who_is_vouched_for_is_spoken_to(
        self, server: CannedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(PEM)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        refused = pytest.raises(NetworkError, match="CERTIFICATE_VERIFY_FAILED")
        with certificates_anew(), refused:
            ask_at(f"https://{server.place}", get_name)
        monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
        with certificates_anew():
            assert ask_at(f"https://{server.place}", get_name) == "you"
        assert len(server.asked) == 1


@contextmanager
def certificates_anew() -> Iterator[None]:
    certificates.cache_clear()
    try:
        yield
    finally:
        certificates.cache_clear()
