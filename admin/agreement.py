"""What senders said against what operators said."""

from __future__ import annotations

from flask import Blueprint, render_template

from admin.desk import desk
from model.overview import look_at_agreement

blueprint = Blueprint("agreement", __name__)


@blueprint.get("/agreement")
def show() -> str:
    """Show how far they agree; each cell of the table leads to its samples."""
    with desk().database.read() as session:
        found, counted_at = look_at_agreement(desk().database, session)
    if found is None:
        return render_template("counting.html", title="Agreement")
    return render_template(
        "agreement.html",
        agreement=found,
        counted_at=counted_at,
        table=found.table.tolist(),
        labels=range(len(found.table)),
    )
