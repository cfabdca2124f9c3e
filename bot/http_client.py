"""The HTTP client under the library's Bot: aiohttp, whose parser is written in C.

The library's own client, httpx, took most of what a photo costs beside reading it; what is left of
that is in the table of `scripts/bench_bot.py`.
"""

from __future__ import annotations

import functools
import io
import ssl
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class HttpClient(BaseRequest):
    """Makes the calls of a Bot to one server; made where an event loop runs, closed by `shutdown`.

    It has so many `connections` at most; who finds all in use waits for one. `seconds` limits that
    wait together with connecting, the time for writing, and each wait for more of the answer.
    """

    def __init__(self, root: str, seconds: float, connections: int) -> None:
        self._seconds = seconds
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections, ssl=certificates()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
            proxy=proxy_to(root),
        )

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for more of an answer, unless a call says otherwise."""
        return self._seconds

    async def initialize(self) -> None:
        """Do nothing: it is ready."""

    async def shutdown(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body of an answer; raises `TimedOut` and `NetworkError`.

        Of the errors beneath neither text nor traceback is handed on: addresses hold the token.
        """
        data, headers = (None, None) if request_data is None else await body_of(request_data)
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=data,
                headers=headers,
                allow_redirects=False,
                timeout=self._limits(read_timeout, write_timeout),
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(in_words(error)) from None

    def _limits(self, read_timeout: object, write_timeout: object) -> aiohttp.ClientTimeout:
        """Return the limits of a call; aiohttp has none for writing alone, but one for all."""
        read, write = (
            chosen if isinstance(chosen, int | float) else self._seconds
            for chosen in (read_timeout, write_timeout)
        )
        total = self._seconds + write + read
        return aiohttp.ClientTimeout(total=total, connect=self._seconds, sock_read=read)


async def body_of(request_data: RequestData) -> tuple[Any, dict[str, str] | None]:
    """Return the body of a call, and the headers that go with it.

    Pictures are sent in one piece with what is said of them: aiohttp would write each field of a
    form by itself. Of an open file it reads as much at a time as the network takes.
    """
    if not request_data.contains_files:
        return request_data.url_encoded_parameters().encode(), FORM
    form, files = aiohttp.FormData(request_data.json_parameters), request_data.multipart_data
    for name, (file_name, content, kind) in files.items():
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, file, filename=file_name, content_type=kind)
    if not all(isinstance(content, bytes) for _, content, _ in files.values()):
        return form, None
    parts = form()
    return io.BytesIO(await parts.as_bytes()), {"Content-Type": parts.headers["Content-Type"]}


def in_words(error: aiohttp.ClientError) -> str:
    """Return what went wrong; the errors that would name the whole address only by their kind."""
    nameless = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)
    said = f": {error}" if isinstance(error, nameless) else ""
    return f"aiohttp.{type(error).__name__}{said}"


def proxy_to(root: str) -> str | None:
    """Return the proxy that the environment names for a server.

    aiohttp can look there itself, but does it in a thread at every call.
    """
    address = urlsplit(root)
    proxies = getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(address.hostname or ""):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise ValueError("only HTTP proxies can be used, and the environment names another one")
    return proxy


@functools.cache
def certificates() -> ssl.SSLContext:
    """Return the TLS context for all clients; to load one takes longer than all else at a start."""
    return httpx.create_ssl_context()
