"""What went wrong, said once for all pages: an HTML page for people, JSON for programs."""

from __future__ import annotations

from flask import Flask, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from admin.body import WrongBody
from admin.throttle import TooManyRequests
from model.aside import NotAside
from model.decisions import NotDrawn
from model.originals import OriginalGone
from model.samples import UnknownSample
from model.vision import UnreadablePhoto

Answer = Response | tuple[Response | str, int] | tuple[Response | str, int, dict[str, str]]

WORDS = {
    400: ("That request makes no sense here", "Go back, reload the page and try again."),
    401: ("That needs the right key", "Send it in the header this address asks for."),
    403: ("That is not allowed", "Go back, reload the page and try again."),
    404: ("There is no such page", "It may have been deleted, or the address has a slip in it."),
    405: ("That is not how this address is used", "Go back and use the page's own buttons."),
    413: ("That file is too large", "20 MB is the most. Send a smaller picture."),
    415: ("That kind of file can't be read here", "Send a JPEG, PNG, WebP, HEIC or AVIF picture."),
    429: ("That was too fast", "Wait a moment and try again."),
    500: ("Something broke on our side", "Try again. If it stays, look into the program's log."),
}
"""What happened, and what to do."""


def wants_json() -> bool:
    """Return whether the one who asks is a program."""
    if request.path.startswith("/api/"):
        return True
    kinds = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(kinds, "text/html") == "application/json"


def answer(status: int, title: str, advice: str, headers: dict[str, str] | None = None) -> Answer:
    """Return the page, or the JSON, that says what happened."""
    body: Response | str
    if wants_json():
        body = jsonify(error=f"{title}. {advice}" if advice else title)
    else:
        body = render_template("error.html", status=status, title=title, advice=advice)
    return body, status, headers or {}


def show_http_error(error: HTTPException) -> Answer:
    """Answer what Flask or a view refused."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    title, advice = WORDS.get(status, (error.name, error.description or ""))
    methods = getattr(error, "valid_methods", None)
    return answer(status, title, advice, {"Allow": ", ".join(methods)} if methods else None)


def show_csrf_error(error: CSRFError) -> Answer:
    """Answer a form whose page was too old, or that came from elsewhere."""
    return answer(400, "This page was too old to save from", "Reload it and try again.")


def show_wrong_body(error: WrongBody) -> Answer:
    """Answer a program that sent something else than was asked for."""
    return jsonify(error=str(error)), 422


def show_unknown_sample(error: UnknownSample) -> Answer:
    """Answer with what is not there."""
    return answer(404, str(error).rstrip("."), "Its sender may have asked to forget it.")


def show_original_gone(error: OriginalGone) -> Answer:
    """Answer who would read a photo again that has been deleted."""
    return answer(
        410, str(error).rstrip("."), "Its digits are here, with all that was said of them."
    )


def show_not_aside(error: NotAside) -> Answer:
    """Answer a second try of what is being tried already."""
    return answer(404, str(error).rstrip("."), "Go back to the list and look again.")


def show_not_drawn(error: NotDrawn) -> Answer:
    """Answer who would delete a box that the reader found."""
    return answer(422, str(error), "")


def show_unreadable_photo(error: UnreadablePhoto) -> Answer:
    """Answer a picture that can't be opened, in the reader's own friendly words."""
    return answer(422, str(error), "")


def show_too_many(error: TooManyRequests) -> Answer:
    """Answer who asks too fast."""
    return answer(429, *WORDS[429], {"Retry-After": str(error.wait)})


def register(app: Flask) -> None:
    """Have all of them answered."""
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(WrongBody, show_wrong_body)
    app.register_error_handler(UnknownSample, show_unknown_sample)
    app.register_error_handler(OriginalGone, show_original_gone)
    app.register_error_handler(NotAside, show_not_aside)
    app.register_error_handler(NotDrawn, show_not_drawn)
    app.register_error_handler(UnreadablePhoto, show_unreadable_photo)
    app.register_error_handler(TooManyRequests, show_too_many)
