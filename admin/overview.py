"""The first page: how much there is, and what waits."""

from __future__ import annotations

from flask import Blueprint, render_template

from admin.desk import desk
from model.review import count_for_review, count_samples

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
def show() -> str:
    """Show the counts."""
    with desk().database.read() as session:
        counts = count_samples(session)
        left = count_for_review(session)
    return render_template(
        "overview.html", counts=counts, left=left, weights=desk().recognizer.weights
    )
