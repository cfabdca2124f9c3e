"""/metrics of a bot that runs without the admin page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.wsgi_server import StartResponse, WsgiServer
from model.database import Database
from model.metrics import CONTENT_TYPE_LATEST, expose, is_watcher
from model.settings import Settings


class MetricsPage:
    """A WSGI application with one page, for who has the token."""

    def __init__(self, database: Database, token: str | None) -> None:
        self.database = database
        self.token = token

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status, body = "200 OK", b""
        if environ["PATH_INFO"] != "/metrics":
            status = "404 Not Found"
        elif environ["REQUEST_METHOD"] != "GET":
            status = "405 Method Not Allowed"
        elif not is_watcher(environ.get("HTTP_AUTHORIZATION", ""), self.token):
            status = "401 Unauthorized"
        else:
            body = expose(self.database)
        length = ("Content-Length", str(len(body)))
        start_response(status, [("Content-Type", CONTENT_TYPE_LATEST), length])
        return [body]


def metrics_server(settings: Settings, database: Database) -> WsgiServer:
    """Return the server of the page: a context manager that serves meanwhile."""
    page = MetricsPage(database, settings.metrics_token)
    return WsgiServer(page, settings.admin_host, settings.metrics_port, largest_body=1024)
