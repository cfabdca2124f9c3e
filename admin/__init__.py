"""The operator's desk: a Flask application made by create_app()."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from admin import (
    agreement,
    api,
    aside,
    boxes,
    errors,
    export,
    grid,
    health,
    login,
    metrics,
    overview,
    people,
    privacy,
    review,
    samples,
    try_it,
    weights,
)
from admin.desk import EXTENSION, Desk
from admin.security import LIMITS, allow_upload, refuse_nul, set_headers, trust_proxies
from admin.server import AdminServer
from admin.words import FILTERS
from model.database import Database
from model.promotions import InUse
from model.recognizer import Recognizer
from model.settings import Settings, WrongSetting

__all__ = ["AdminServer", "create_app"]


def create_app(settings: Settings, database: Database, recognizer: Recognizer) -> Flask:
    """Return the admin page; raises `WrongSetting` without a password.

    Without SECRET_KEY one is drawn, and everybody is logged out by a restart. A changed
    password changes the key too, and logs everybody out.
    """
    if not settings.admin_password:
        raise WrongSetting("ADMIN_PASSWORD is missing: set it to what operators shall log in with.")
    secret = settings.secret_key or secrets.token_hex(32)
    key = hmac.new(secret.encode(), settings.admin_password.encode(), hashlib.sha256).hexdigest()
    app = Flask(__name__)
    app.config.from_mapping(LIMITS, SECRET_KEY=key)
    if settings.admin_proxies:
        trust_proxies(app, settings.admin_proxies)
    app.extensions[EXTENSION] = Desk(settings, database, InUse(database, recognizer))
    app.jinja_env.filters.update(FILTERS)
    app.before_request(allow_upload)
    app.before_request(refuse_nul)
    app.before_request(login.require_login)  # first: a lost login isn't taken for a forged form
    csrf = CSRFProtect(app)
    csrf.exempt(api.blueprint)  # no cookie counts there: the key is in a header
    app.after_request(set_headers)
    app.context_processor(lambda: {"logged_in": login.logged_in, "aside_count": login.aside_count})
    pages = (
        overview, review, grid, agreement, samples, boxes, export, weights, people, aside, try_it,
        privacy,
    )  # fmt: skip
    for part in (login, *pages, api, health, metrics):
        app.register_blueprint(part.blueprint)
    errors.register(app)
    return app
