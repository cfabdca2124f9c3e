"""HTTP on loopback: reads calls, answers them, and breaks what the faults say."""

import json
import socket
import threading
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.bot_api.errors import ApiError
from tests.bot_api.faults import DOWNLOAD, Fault
from tests.bot_api.methods import answer_call
from tests.bot_api.requests import Request, read_request
from tests.bot_api.state import State
from tests.ports import free_port


class Server(ThreadingHTTPServer):
    """A thread per connection; can stop listening and come back on the same port."""

    request_queue_size = 256
    daemon_threads = False  # server_close() waits for every answer

    def __init__(self, state: State) -> None:
        self.state = state
        self.connections: set[Any] = set()
        super().__init__(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.server_address = ("127.0.0.1", free_port())
        self.start()

    def start(self) -> None:
        """Take connections."""
        self.socket = socket.socket(self.address_family, self.socket_type)
        try:
            self.server_bind()
            self.server_activate()
        except OSError:
            self.socket.close()
            raise
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """Refuse new connections and cut those there are."""
        self.shutdown()
        self._thread.join()
        self.socket.close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # gone by itself

    def server_bind(self) -> None:
        """Bind without asking the DNS for a name, as HTTPServer does."""
        TCPServer.server_bind(self)

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about a client that died in the middle: tests kill it on purpose."""


class Handler(BaseHTTPRequestHandler):
    """One connection of the bot."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the bot was killed while it sent
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        words = unquote(parts.path).split("/", 3)  # "", bot<token>, METHOD or "", file, ...
        try:
            if words[1] == "file":
                token, request = words[2], Request(DOWNLOAD, {"file_path": words[3]})
            else:
                content_type = self.headers.get("Content-Type") or ""
                token = words[1]
                request = read_request(words[2], parts.query, content_type, body)
        except ApiError as error:
            self._send_json(error.status, error.as_json())
        except IndexError:
            self._send_json(404, ApiError(404, "Not Found").as_json())
        else:
            self._answer(token.removeprefix("bot"), request)

    do_GET = do_POST  # noqa: N815 - the Bot API takes both

    def _answer(self, token: str, request: Request) -> None:
        """Answer a call, unless a fault has other plans."""
        state = self.server.state
        call = state.log(request.method, request.parameters)
        chat_id = request.integer("chat_id") or None
        fault = state.faults.take(request.method, chat_id)
        if fault is not None and self._break_before(fault):
            call.status = fault.error.status if fault.error else None
            return
        status, answer = self._work(token, request)
        if fault is not None and fault.kind == "lose":
            self.close_connection = True
            return
        with state.changed:
            call.status = status
            state.changed.notify_all()
        if not isinstance(answer, bytes):
            self._send_json(status, answer)
        elif fault is not None and fault.kind == "truncate":
            self._send_half(answer, fault.declared)
        else:
            self._send(status, "application/octet-stream", answer)

    def _work(self, token: str, request: Request) -> tuple[int, Any]:
        """Do the work; return the HTTP status and JSON, or the bytes of a file."""
        state = self.server.state
        try:
            self._check_token(token)
            if request.method == DOWNLOAD:
                return 200, state.files.download(request.parameters["file_path"])
            return 200, {"ok": True, "result": answer_call(state, request)}
        except ApiError as error:
            return error.status, error.as_json()
        except Exception as error:  # a fault of this double: shown in the log and to the bot
            traceback.print_exc()
            return 500, ApiError(500, f"the test server failed: {error!r}").as_json()

    def _check_token(self, token: str) -> None:
        if ":" not in token:
            raise ApiError(404, "Not Found")
        if token != self.server.state.token or self.server.state.revoked:
            raise ApiError(401, "Unauthorized")

    def _break_before(self, fault: Fault) -> bool:
        """Do what the fault does before the work; say whether that was all."""
        state = self.server.state
        with state.changed:
            if fault.kind in ("slow", "hang"):
                over = lambda: state.closed or not state.faults.holds(fault)  # noqa: E731
                state.changed.wait_for(over, fault.seconds)
        if fault.error is not None:
            if fault.body is None:
                self._send_json(fault.error.status, fault.error.as_json())
            else:
                self._send(fault.error.status, "text/html", fault.body)
            return True
        if fault.kind in ("drop", "hang"):
            self.close_connection = True
            return True
        return False

    def _send_json(self, status: int, answer: Any) -> None:
        self._send(status, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self._write(status, body, f"Content-Type: {content_type}", f"Content-Length: {len(body)}")

    def _send_half(self, body: bytes, declared: bool) -> None:
        length = f"Content-Length: {len(body)}" if declared else "Connection: close"
        self._write(200, body[: len(body) // 2], length)
        self.close_connection = True

    def _write(self, status: int, body: bytes, *headers: str) -> None:
        """Write head and body at once: two packets would wait for each other."""
        head = "\r\n".join([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *headers])
        self.wfile.write(head.encode() + b"\r\n\r\n" + body)
