"""The boxes of one photo: fix a digit, take a box away, draw one that the reader missed."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.desk import desk
from admin.errors import wants_json
from admin.numbers import refuse_large_numbers
from model.boxes import EmptyBox, add_box, read_box
from model.recognizer import Box
from model.samples import find_kept_photo
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
            "boxes.html", photo=photo, samples=photo.samples, not_a_digit=NOT_A_DIGIT, sides=SIDES
        )


@blueprint.post("/photos/<int:photo_id>/boxes")
def add(photo_id: int) -> ResponseReturnValue:
    """Read what stands in the form's box and store it as a sample."""
    box = asked_box()
    with desk().database.read() as session:
        image = find_kept_photo(session, photo_id).image
    recognizer = desk().recognizer
    try:
        digit = read_box(recognizer, image, box)
    except EmptyBox as error:
        if wants_json():
            return jsonify(error=str(error)), 422
        flash(str(error))
        return redirect(url_for("boxes.show", photo_id=photo_id))
    with desk().database.write() as session:
        sample = add_box(session, find_kept_photo(session, photo_id), digit, recognizer.weights)
    if wants_json():
        return jsonify(sample=sample.id, predicted=sample.predicted)
    flash(f"Read as {sample.predicted}. Say what it is.")
    return redirect(url_for("boxes.show", photo_id=photo_id, _anchor=f"sample-{sample.id}"))


def asked_box() -> Box:
    """Return the form's box, x0 < x1 and y0 < y1; 400 for what is none."""
    try:
        x0, y0, x1, y1 = (int(float(request.form[side])) for side in SIDES)
    except (ValueError, OverflowError):
        abort(400)
    if not (0 <= x0 < x1 < 2**31 and 0 <= y0 < y1 < 2**31):
        abort(400)
    return x0, y0, x1, y1
