"""For whoever watches the program: is it well?"""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from admin.desk import desk
from admin.login import public
from model.database import OldDatabase

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def show() -> ResponseReturnValue:
    """Say whether the database answers and is at its newest revision, and which weights read."""
    weights = desk().recognizer.weights
    try:
        desk().database.require_newest()
    except OldDatabase:
        return jsonify(status="failing", database="old revision", weights=weights), 503
    except SQLAlchemyError:
        return jsonify(status="failing", database="unreachable", weights=weights), 503
    return jsonify(status="ok", database="ok", weights=weights)
