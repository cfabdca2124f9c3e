"""Messages that could not be handled, and another try for them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin.desk import desk
from admin.numbers import number_argument, refuse_large_numbers
from model.aside import count_aside, list_aside, try_again, try_all_again

blueprint = Blueprint("aside", __name__)
blueprint.url_value_preprocessor(refuse_large_numbers)

ON_A_PAGE = 50


@blueprint.get("/aside")
def show() -> str:
    """Show what is set aside, the newest first."""
    before = number_argument("before")
    with desk().database.read() as session:
        updates = list_aside(session, before, ON_A_PAGE + 1)
        total = count_aside(session)
    older = updates[ON_A_PAGE - 1].row_id if len(updates) > ON_A_PAGE else None
    return render_template(
        "aside.html", updates=updates[:ON_A_PAGE], total=total, older=older, before=before
    )


@blueprint.post("/aside/<int:row_id>/again")
def again(row_id: int) -> ResponseReturnValue:
    """Have the bot try one again."""
    with desk().database.write() as session:
        try_again(session, row_id)
    flash("The bot tries it again within seconds.")
    return redirect(url_for("aside.show"))


@blueprint.post("/aside/again")
def all_again() -> ResponseReturnValue:
    """Have the bot try all of them again."""
    with desk().database.write() as session:
        count = try_all_again(session)
    words = {0: "There is nothing to try.", 1: "The bot tries it again within seconds."}
    flash(words.get(count, f"The bot tries all {count} again within seconds."))
    return redirect(url_for("aside.show"))
