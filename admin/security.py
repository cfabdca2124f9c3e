"""What a browser may do with our pages, and how much it may send."""

from __future__ import annotations

import datetime

from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from model.logins import LOGIN_LASTS

FORM_LIMIT = 256 * 1024
"""Bytes of anything that is no photo; 784 numbers in full precision need 17,000."""

UPLOAD_LIMIT = 20 * 1024 * 1024
"""Bytes of a photo: as much as Telegram lets a bot download."""

LIMITS: dict[str, object] = {
    "MAX_CONTENT_LENGTH": FORM_LIMIT,
    "PERMANENT_SESSION_LIFETIME": datetime.timedelta(seconds=LOGIN_LASTS.total_seconds()),
    "SESSION_COOKIE_NAME": "digitbot",  # ports don't tell the cookies of a machine apart
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_REFRESH_EACH_REQUEST": False,
    "WTF_CSRF_TIME_LIMIT": None,  # a token lasts as long as its login
}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def trust_proxies(app: Flask, proxies: int) -> None:
    """Take the sender's address and the scheme from so many proxies, and keep cookies to HTTPS.

    Only as many entries as there are proxies are believed: those before them anybody can write.
    """
    fixed = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    app.wsgi_app = fixed  # type: ignore[method-assign]  # as Flask's documentation does
    app.config["SESSION_COOKIE_SECURE"] = True


def allow_upload() -> None:
    """Let the one address that takes photos take them; before anything reads the body."""
    if request.endpoint == "try_it.read":
        request.max_content_length = UPLOAD_LIMIT


def refuse_nul() -> None:
    """Answer 404 for a NUL in an address: no name holds one, and PostgreSQL takes no such text."""
    if any("\0" in text for text in (request.path, *request.args.values())):
        abort(404)


def set_headers(response: Response) -> Response:
    """Add the headers to every answer; pages are not kept by the browser unless they say so."""
    response.headers.extend(HEADERS)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
