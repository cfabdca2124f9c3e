"""What senders said against what operators said."""

from __future__ import annotations

from flask import Blueprint, render_template

from admin.desk import desk
from model.agreement import count_agreement

blueprint = Blueprint("agreement", __name__)


@blueprint.get("/agreement")
def show() -> str:
    """Show how far they agree; each cell of the table leads to its samples."""
    with desk().database.read() as session:
        found = count_agreement(session)
    return render_template(
        "agreement.html",
        agreement=found,
        table=found.table.tolist(),
        labels=range(len(found.table)),
    )
