"""The boxes of one photo: fix a digit, take a box away, draw one that the reader missed."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.body import WrongBody
from admin.decisions import checked_cause
from admin.desk import desk
from admin.errors import wants_json
from admin.login import current_operator
from admin.numbers import refuse_large_numbers
from model.boxes import EmptyBox, add_box, drawn_in, read_box
from model.decisions import can_step_back, remove_box
from model.originals import find_original
from model.reading import Box
from model.samples import find_kept_photo, find_kept_sample
from model.tables import NOT_A_DIGIT

blueprint = Blueprint("boxes", __name__)
blueprint.url_value_preprocessor(refuse_large_numbers)

SIDES = ("x0", "y0", "x1", "y1")


@blueprint.get("/photos/<int:photo_id>")
def show(photo_id: int) -> str:
    """Show the photo with its boxes."""
    with desk().database.read() as session:
        photo = find_kept_photo(session, photo_id)
        return render_template(
            "boxes.html",
            photo=photo,
            samples=photo.samples,
            drawn=drawn_in(session, photo),
            can_undo=can_step_back(session, current_operator()),
            cause=str(uuid.uuid4()),
            not_a_digit=NOT_A_DIGIT,
            sides=SIDES,
        )


@blueprint.post("/photos/<int:photo_id>/boxes")
def add(photo_id: int) -> ResponseReturnValue:
    """Read what stands in the form's box and store it as a sample."""
    box = asked_box()
    with desk().database.read() as session:
        image = find_original(session, photo_id)
    recognizer = desk().recognizer
    try:
        digit = read_box(recognizer, image, box)
    except EmptyBox as error:
        if wants_json():
            return jsonify(error=str(error)), 422
        flash(str(error))
        return redirect(url_for("boxes.show", photo_id=photo_id))
    with desk().database.write() as session:
        photo = find_kept_photo(session, photo_id)
        sample = add_box(session, photo, digit, recognizer.weights, current_operator())
    if wants_json():
        return jsonify(sample=sample.id, predicted=sample.predicted)
    flash(f"Read as {sample.predicted}. Say what it is.")
    return redirect(url_for("boxes.show", photo_id=photo_id, _anchor=f"sample-{sample.id}"))


@blueprint.post("/samples/<int:sample_id>/remove")
def remove(sample_id: int) -> ResponseReturnValue:
    """Delete a box that was drawn by mistake."""
    try:
        cause = checked_cause(request.form.get("cause"))
    except WrongBody:
        abort(400)
    with desk().database.write() as session:
        sample = find_kept_sample(session, sample_id)
        remove_box(session, sample, cause, current_operator())
        photo_id = sample.photo_id
    flash("The box is deleted. Undo brings it back.")
    return redirect(url_for("boxes.show", photo_id=photo_id))


def asked_box() -> Box:
    """Return the form's box, x0 < x1 and y0 < y1; 400 for what is none."""
    try:
        x0, y0, x1, y1 = (int(float(request.form[side])) for side in SIDES)
    except (ValueError, OverflowError):
        abort(400)
    if not (0 <= x0 < x1 < 2**31 and 0 <= y0 < y1 < 2**31):
        abort(400)
    return x0, y0, x1, y1
