"""Logging in and out. Every page asks for a login unless its view is marked `@public`."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from admin.desk import desk
from admin.errors import wants_json
from model import logins
from model.aside import count_aside

blueprint = Blueprint("login", __name__)

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = {"static"}
TOKEN = "login"  # noqa: S105  # the name of the cookie's entry, no secret


def public(view: View) -> View:
    """Mark a view that answers without a login."""
    view.public = True  # type: ignore[attr-defined]  # functions carry attributes
    return view


def require_login() -> Response | tuple[Response, int] | None:
    """Send whoever isn't logged in to the login page; programs get 401."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in PUBLIC:
        return None
    if getattr(current_app.view_functions[endpoint], "public", False) or logged_in():
        return None
    if wants_json():
        return jsonify(error="You are logged out: log in again."), 401
    goal = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("login.show", next=goal))


def logged_in() -> bool:
    """Return whether this request comes from somebody whose login is open."""
    if "logged_in" not in g:
        token = session.get(TOKEN)
        g.logged_in = False
        if isinstance(token, str):
            with desk().database.read() as database:
                g.logged_in = logins.is_logged_in(database, token)
                if g.logged_in:  # every page of an operator shows it
                    g.aside_count = count_aside(database)
    return bool(g.logged_in)


def aside_count() -> int:
    """Return how many updates are set aside, as far as this request's sender may know."""
    return int(g.get("aside_count", 0)) if logged_in() else 0


def current_operator() -> str:
    """Return who is at work, in a request that needs a login."""
    return logins.operator_of(session[TOKEN])


def local_path(goal: str | None) -> str:
    r"""Return `goal` if it is a path of this page, "/" otherwise.

    Browsers read //host and /\host as another machine's address, and drop tabs and newlines.
    """
    if not goal or not goal.startswith("/") or goal[1:2] in ("/", "\\"):
        return "/"
    if any(ord(letter) < 32 for letter in goal):
        return "/"
    return goal


@blueprint.get("/login")
@public
def show() -> Response | str:
    """Ask for the password."""
    goal = local_path(request.args.get("next"))
    if logged_in():
        return redirect(goal)
    return render_template("login.html", goal=goal)


@blueprint.post("/login")
@public
def log_in() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Compare the password, in constant time and not more than a few times."""
    goal = local_path(request.form.get("next"))
    address = request.remote_addr or "unknown"
    try:
        with desk().database.write() as database:
            logins.record_attempt(database, address)
    except logins.TooManyAttempts as error:
        page = render_template("login.html", goal=goal, problem=str(error))
        return page, 429, {"Retry-After": str(error.wait)}
    given = request.form.get("password", "").encode()
    expected = (desk().settings.admin_password or "").encode()
    if not hmac.compare_digest(given, expected):
        current_app.logger.warning("A login from %s was refused: wrong password.", address)
        page = render_template("login.html", goal=goal, problem="That is not the password.")
        return page, 403
    session.clear()  # nothing that was there before goes on
    session.permanent = True
    with desk().database.write() as database:
        session[TOKEN] = logins.log_in(database, address)
    return redirect(goal)


@blueprint.post("/logout")
def log_out() -> Response:
    """End the login, also for copies of the cookie; the browser forgets the pictures it keeps."""
    with desk().database.write() as database:
        logins.log_out(database, session[TOKEN])
    session.clear()
    flash("You are logged out.")
    answer = redirect(url_for("login.show"))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
