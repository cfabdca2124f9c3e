"""Everybody who writes to the bot, and who is shut out of it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.desk import desk
from admin.numbers import number_argument, number_of
from model.database import utc_now
from model.limits import block, unblock
from model.people import blocked_people, busiest_people, page_of_people

blueprint = Blueprint("people", __name__)

ON_A_PAGE = 50


@blueprint.get("/people")
def show() -> str:
    """Show who writes most, who is shut out, and everybody, the newest first."""
    before, now = number_argument("before"), utc_now()
    with desk().database.read() as session:
        found = page_of_people(session, now, before, ON_A_PAGE + 1)
        busiest = busiest_people(session, now)
        blocked = blocked_people(session, now)
    return render_template(
        "people.html",
        people=found[:ON_A_PAGE],
        busiest=busiest,
        blocked=blocked,
        older=found[ON_A_PAGE - 1].contributor_id if len(found) > ON_A_PAGE else None,
        before=before,
        bot_id=desk().settings.bot_id,
    )


@blueprint.post("/people/block")
def shut_out() -> ResponseReturnValue:
    """Shut somebody out of the bot."""
    bot_id, user_id = asked_for()
    with desk().database.write() as session:
        block(session, bot_id, user_id)
    flash(f"{user_id} is blocked: the bot answers them no more.")
    return redirect(url_for("people.show"))


@blueprint.post("/people/unblock")
def let_in() -> ResponseReturnValue:
    """Let somebody in again."""
    bot_id, user_id = asked_for()
    with desk().database.write() as session:
        unblock(session, bot_id, user_id)
    flash(f"{user_id} is let in again.")
    return redirect(url_for("people.show"))


def asked_for() -> tuple[int, int]:
    """Return the bot and the person that a form is about; 400 for what can't be one."""
    bot_id, user_id = (number_of(request.form.get(name, "")) for name in ("bot", "user"))
    if bot_id is None or user_id is None:
        abort(400)
    return bot_id, user_id
