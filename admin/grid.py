"""Fifty at a glance: all read as one digit; click the wrong ones, accept the rest."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.body import WrongBody
from admin.decisions import checked_cause
from admin.desk import desk
from admin.login import current_operator
from admin.numbers import LARGEST, number_argument
from model.decisions import accept_all, can_step_back, step_back
from model.lists import Listing, Order, SampleFilter
from model.review import count_for_review, next_for_review

blueprint = Blueprint("grid", __name__)

AT_ONCE = 50


@blueprint.get("/grid")
def show() -> str:
    """Show the surest of what is read as `?digit=`, from the start or, with `?on=1`, further."""
    digit, operator = asked_digit(), current_operator()
    listing = Listing(SampleFilter(predicted=digit), Order.SUREST, due=True)
    anew = not request.args.get("on")
    with desk().database.write() as session:
        return render_template(
            "grid.html",
            digit=digit,
            samples=next_for_review(session, operator, listing, AT_ONCE, anew),
            left=count_for_review(session),
            cause=str(uuid.uuid4()),
            can_undo=can_step_back(session, operator),
        )


@blueprint.post("/grid")
def accept() -> ResponseReturnValue:
    """Accept what was shown, but for those clicked: they come first in the review.

    What others have taken up since it was shown is theirs; the operator hears how many.
    """
    digit = asked_digit()
    try:
        cause = checked_cause(request.form.get("cause"))
        shown = [sample_number(text) for text in request.form.getlist("shown")[:AT_ONCE]]
        wrong = {sample_number(text) for text in request.form.getlist("wrong")}
    except (ValueError, WrongBody):
        abort(400)
    with desk().database.write() as session:
        grid = accept_all(session, shown, wrong, digit, cause, current_operator())
    words = f"{grid.accepted} accepted as {digit}."
    if grid.clicked:
        words += f" {grid.clicked} you clicked: they come first in the review."
    if grid.left_out:
        words += f" {grid.left_out} left out: decided meanwhile, or on somebody else's screen."
    flash(words)
    return redirect(url_for("grid.show", digit=digit, on=1))


@blueprint.post("/grid/undo")
def undo() -> ResponseReturnValue:
    """Undo this login's newest decision: a whole grid, if that was the newest."""
    with desk().database.write() as session:
        undone = step_back(session, current_operator())
    waiting = (
        f"Undone: {len(undone)} {'sample waits' if len(undone) == 1 else 'samples wait'} again."
    )
    flash(waiting if undone else "There is nothing to undo.")
    return redirect(url_for("grid.show", digit=asked_digit()))


def asked_digit() -> int:
    """Return `?digit=`, 0 by default; 400 for what is none."""
    digit = number_argument("digit") or 0
    if digit > 9:
        abort(400)
    return digit


def sample_number(text: str) -> int:
    """Return the number of a sample; raises `ValueError`."""
    number = int(text)
    if not 0 < number <= LARGEST:
        raise ValueError(f"{text} is no sample")
    return number
