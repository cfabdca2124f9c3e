"""One sample after the other: what is it?

With JavaScript the page fetches the next ones ahead and saves behind; without, it is a form.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from admin.body import WrongBody, json_object
from admin.cards import describe, describe_all
from admin.decisions import Decision
from admin.desk import desk
from admin.errors import wants_json
from admin.filters import asked, choices, review_listing
from admin.login import current_operator
from admin.numbers import number_argument
from model.decisions import can_step_back, step_back
from model.review import (
    COUNTED,
    WINDOWS,
    claim,
    count_for_review,
    next_for_review,
    release_claims,
    renew_claims,
)
from model.samples import UnknownSample, find_kept_sample

blueprint = Blueprint("review", __name__)

AHEAD = 24
"""Samples fetched at a time."""
AT_ONCE = 100
"""Decisions saved in one request, at most."""


@blueprint.get("/review")
def show() -> str:
    """Show the sample `?sample=`, or the next one.

    Begins anew with what was skipped, but with `?on=1` goes on.
    """
    listing, operator, asked_for = review_listing(), current_operator(), number_argument("sample")
    anew = not request.args.get("on")
    with desk().database.write() as session:
        if asked_for is None:
            samples = list(next_for_review(session, operator, listing, 1, anew, predictions=True))
        else:
            samples = [find_kept_sample(session, asked_for)]
            if anew:
                release_claims(session, operator)
            claim(session, operator, [asked_for])
        return render_template(
            "review.html",
            card=next(iter(describe_all(session, samples)), None),
            left=count_for_review(session),
            cause=str(uuid.uuid4()),
            can_undo=can_step_back(session, operator),
            chosen=listing.chosen,
            order=listing.order,
            asked=asked(),
            choices=choices(session),
            counted=COUNTED,
            looked_through=sum(WINDOWS),
        )


@blueprint.post("/review")
def decide() -> ResponseReturnValue:
    """Save the decision of the form and go on to the next sample."""
    form = request.form
    try:
        item = {"sample": int(form["sample"]), "cause": form["cause"]}
        if "flag" in form:
            decision = Decision.read({**item, "flag": True})
        else:
            decision = Decision.read({**item, "label": int(form["label"])})
    except (ValueError, WrongBody):
        abort(400)
    with desk().database.write() as session:
        decision.apply(session, current_operator())
    return redirect(url_for("review.show", on=1, **asked()))


@blueprint.post("/review/undo")
def undo() -> ResponseReturnValue:
    """Undo this login's newest decision and show its sample again."""
    with desk().database.write() as session:
        undone = step_back(session, current_operator())
        claim(session, current_operator(), undone[:1])  # it is shown again, and waits
    cards = still_kept(undone[:1])
    if wants_json():
        return jsonify(samples=cards, undone=len(undone))
    if not undone:
        flash("There is nothing to undo.")
    elif not cards:
        flash("Undone: the box that you drew is gone.")
    elif len(undone) > 1:
        flash(f"Undone: {len(undone)} samples wait again.")
    shown = {"sample": cards[0]["id"]} if cards else {}
    return redirect(url_for("review.show", on=1, **shown, **asked()))


def still_kept(sample_ids: list[int]) -> list[dict[str, Any]]:
    """Return the cards of those samples that nobody has deleted meanwhile."""
    cards = []
    with desk().database.read() as session:
        for sample_id in sample_ids:
            with suppress(UnknownSample):
                cards.append(describe(find_kept_sample(session, sample_id)))
    return cards


@blueprint.get("/review/next")
def send_next() -> ResponseReturnValue:
    """Send the samples to be shown next; nobody else gets them meanwhile."""
    listing = review_listing()
    with desk().database.write() as session:
        samples = next_for_review(session, current_operator(), listing, AHEAD, predictions=True)
        cards = describe_all(session, samples)
        left = count_for_review(session)
    return jsonify(samples=cards, left=left, csrf=generate_csrf())


@blueprint.get("/review/token")
def send_token() -> ResponseReturnValue:
    """Send a token for saving, for a page whose operator has logged in anew."""
    return jsonify(csrf=generate_csrf())


@blueprint.post("/review/decisions")
def save() -> ResponseReturnValue:
    """Save decisions in their order; the answer says which samples are gone meanwhile."""
    listed = json_object().get("decisions")
    if not isinstance(listed, list) or len(listed) > AT_ONCE:
        raise WrongBody(f'"decisions" must be a list of at most {AT_ONCE}.')
    decisions = [Decision.read(item) for item in listed]
    gone = []
    operator = current_operator()
    with desk().database.write() as session:
        renew_claims(session, operator)
        for decision in decisions:
            try:
                decision.apply(session, operator)
            except UnknownSample:
                gone.append(decision.sample_id)
    return jsonify(saved=len(decisions) - len(gone), gone=gone)
