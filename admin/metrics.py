"""For Prometheus: /metrics, which is there only for who has the token of the settings."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from admin.desk import desk
from admin.login import public
from model.metrics import CONTENT_TYPE_LATEST, expose, is_watcher

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@public
def show() -> Response:
    """Show this process's counters and the queue, in Prometheus's text format."""
    if desk().settings.metrics_token is None:
        abort(404)
    if not is_watcher(request.headers.get("Authorization", ""), desk().settings.metrics_token):
        abort(401)
    return Response(expose(desk().database), content_type=CONTENT_TYPE_LATEST)
