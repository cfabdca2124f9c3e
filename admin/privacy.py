"""What is kept of people, for anybody to read."""

from __future__ import annotations

from flask import Blueprint, render_template

from admin.desk import desk
from admin.login import public

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacy")
@public
def show() -> str:
    """Show the policy."""
    settings = desk().settings
    return render_template(
        "privacy.html",
        developer_info=settings.developer_info,
        originals_days=settings.keep_originals_days,
    )
