"""One sample after the other: what is it?

With JavaScript the page fetches the next ones ahead and saves behind; without, it is a form.
Every decision carries a `cause` that its page made up, so that one sent twice counts once and
can be undone by whoever made it, and nobody else.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from admin.body import WrongBody, is_whole, json_object
from admin.desk import desk
from admin.numbers import number_argument
from admin.words import person
from model.review import count_for_review, find_kept_sample, next_for_review, sender_label
from model.samples import UnknownSample, label_sample, probabilities_of, undo_cause
from model.tables import NOT_A_DIGIT, Labeller, Sample

blueprint = Blueprint("review", __name__)

AHEAD = 24
"""Samples fetched at a time."""
AT_ONCE = 100
"""Decisions saved in one request, at most."""
UNDOABLE = 20
"""Decisions that can be undone without JavaScript: a cookie remembers them."""

CAUSE_FORM = re.compile(r"[A-Za-z0-9-]{8,40}")


@blueprint.get("/review")
def show() -> str:
    """Show the next sample, or `?sample=` if it is still there."""
    after, first = place_in_queue()
    with desk().database.read() as database:
        samples = next_for_review(database, after, 1, first)
        card = describe(samples[0]) if samples else None
        left = count_for_review(database)
    return render_template(
        "review.html",
        card=card,
        left=left,
        after=after,
        cause=str(uuid.uuid4()),
        can_undo=bool(session.get("decisions")),
    )


@blueprint.post("/review")
def decide() -> ResponseReturnValue:
    """Save the decision of the form and go on to the next sample."""
    try:
        decision = Decision(
            int(request.form["sample"]), request.form["cause"], int(request.form["label"])
        )
    except (ValueError, WrongBody):
        abort(400)
    with desk().database.write() as database:
        decision.apply(database)
    session["decisions"] = [
        *session.get("decisions", [])[1 - UNDOABLE :],
        [decision.sample_id, decision.cause],
    ]
    return redirect(url_for("review.show", after=decision.sample_id))


@blueprint.post("/review/undo")
def undo() -> ResponseReturnValue:
    """Undo the last decision of the form and show that sample again."""
    decisions = session.get("decisions", [])
    if not decisions:
        flash("There is nothing to undo.")
        return redirect(url_for("review.show"))
    sample_id, cause = decisions[-1]
    session["decisions"] = decisions[:-1]
    with desk().database.write() as database:
        Decision(sample_id, cause, None).apply(database)
    return redirect(url_for("review.show", sample=sample_id, after=sample_id))


def place_in_queue() -> tuple[int, int | None]:
    """Return `?after=`, by default the sample asked for, and `?sample=`, which comes first."""
    first = number_argument("sample")
    after = number_argument("after")
    return (first or 0) if after is None else after, first


@blueprint.get("/review/next")
def send_next() -> ResponseReturnValue:
    """Send the samples to be shown next, and a fresh token for saving."""
    after, first = place_in_queue()
    with desk().database.read() as database:
        samples = next_for_review(database, after, AHEAD, first)
        cards = [describe(sample) for sample in samples]
        left = count_for_review(database)
    return jsonify(samples=cards, left=left, csrf=generate_csrf())


@blueprint.post("/review/decisions")
def save() -> ResponseReturnValue:
    """Save decisions in their order; the answer says which samples are gone meanwhile."""
    listed = json_object().get("decisions")
    if not isinstance(listed, list) or len(listed) > AT_ONCE:
        raise WrongBody(f'"decisions" must be a list of at most {AT_ONCE}.')
    decisions = [Decision.read(item) for item in listed]
    gone = []
    with desk().database.write() as database:
        for decision in decisions:
            try:
                decision.apply(database)
            except UnknownSample:
                gone.append(decision.sample_id)
    return jsonify(saved=len(decisions) - len(gone), gone=gone)


class Decision:
    """What an operator says of a sample: a label, or None to take back what `cause` said."""

    def __init__(self, sample_id: int, cause: str, label: int | None) -> None:
        if not CAUSE_FORM.fullmatch(cause):
            raise WrongBody('"cause" must be 8 to 40 letters, digits or -.')
        if label is not None and not 0 <= label <= NOT_A_DIGIT:
            raise WrongBody('"label" must be 0 to 9, 10 for no digit, or null to undo.')
        if not 0 < sample_id < 2**63:
            raise WrongBody('"sample" must be the number of a sample.')
        self.sample_id = sample_id
        self.cause = cause
        self.label = label

    @classmethod
    def read(cls, item: Any) -> Decision:
        """Take a decision out of JSON; raises `WrongBody`."""
        if not isinstance(item, dict):
            raise WrongBody('Each of "decisions" must be an object.')
        sample_id, cause, label = item.get("sample"), item.get("cause"), item.get("label", "")
        if not is_whole(sample_id):
            raise WrongBody('"sample" must be the number of a sample.')
        if not isinstance(cause, str):
            raise WrongBody('"cause" must be 8 to 40 letters, digits or -.')
        if label is not None and not is_whole(label):
            raise WrongBody('"label" must be 0 to 9, 10 for no digit, or null to undo.')
        return cls(sample_id, cause, label)

    def apply(self, database: Session) -> None:
        """Store it; raises `UnknownSample`."""
        sample = find_kept_sample(database, self.sample_id)
        cause = f"review:{self.cause}"
        if self.label is None:
            undo_cause(database, sample.photo, cause)
        else:
            label_sample(database, sample, self.label, Labeller.OPERATOR, cause)


def describe(sample: Sample) -> dict[str, Any]:
    """Return what the page shows of a sample, ready for JSON."""
    photo = sample.photo
    said = sender_label(sample)
    first = min(sample.predictions, key=lambda prediction: prediction.id, default=None)
    return {
        "id": sample.id,
        "page": url_for("samples.show", sample_id=sample.id),
        "image": url_for("samples.picture", sample_id=sample.id),
        "photo": url_for("samples.photo", photo_id=photo.id),
        "width": photo.width,
        "height": photo.height,
        "box": [sample.x0, sample.y0, sample.x1 - sample.x0, sample.y1 - sample.y0],
        "crop": crop_around(sample),
        "predicted": sample.predicted,
        "confidence": sample.confidence,
        "probabilities": [] if first is None else probabilities_of(first).tolist(),
        "no_digit": 0.0 if first is None else first.no_digit,
        "sender": said,
        "accepts": sample.predicted if said is None else said,
        "contributor": person(photo.contributor.name),
        "received": photo.received_at.isoformat(timespec="minutes"),
    }


def crop_around(sample: Sample) -> list[int]:
    """Return x, y, width, height of a square around the digit, inside the photo if it fits."""
    side = max(round(2 * max(sample.x1 - sample.x0, sample.y1 - sample.y0)), 24)
    x = crop_start(sample.x0, sample.x1, side, sample.photo.width)
    y = crop_start(sample.y0, sample.y1, side, sample.photo.height)
    return [x, y, side, side]


def crop_start(low: int, high: int, side: int, length: int) -> int:
    """Return where `side` pixels begin that have low..high in their middle, in 0..length."""
    start = (low + high - side) // 2
    if side > length:
        return (length - side) // 2
    return min(max(start, 0), length - side)
