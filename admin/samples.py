"""All samples, page by page, and everything about one."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.cards import crop_around
from admin.desk import desk
from admin.filters import asked, choices, read_filter, read_order
from admin.login import current_operator
from admin.numbers import refuse_large_numbers
from admin.pictures import photo_jpeg, send_picture, stand_in_jpeg, way_png
from model.export import png
from model.labels import label_sample, undo_label
from model.lists import WINDOW, Listing, Order, WrongCursor, page_of_samples
from model.originals import find_original
from model.samples import (
    find_kept_photo,
    find_kept_sample,
    find_pixels,
    probabilities_of,
    samples_with_pixels,
)
from model.tables import NOT_A_DIGIT, Labeller

blueprint = Blueprint("samples", __name__)
blueprint.url_value_preprocessor(refuse_large_numbers)

ON_A_PAGE = 60


@blueprint.get("/samples")
def page() -> str:
    """Show thumbnails of the samples that fit the filters."""
    listing = Listing(read_filter(), read_order(Order.NEWEST))
    before = request.args.get("before") or None
    with desk().database.read() as session:
        try:
            found = page_of_samples(session, listing, before, ON_A_PAGE)
        except WrongCursor:
            abort(400)
        return render_template(
            "samples.html",
            samples=found.samples,
            older=found.next,
            before=before,
            window=WINDOW,
            chosen=listing.chosen,
            order=listing.order,
            asked=asked(),
            choices=choices(session),
        )


@blueprint.get("/samples/<int:sample_id>")
def show(sample_id: int) -> str:
    """Show everything about one sample."""
    with desk().database.read() as session:
        sample = find_kept_sample(session, sample_id)
        predictions = [
            (prediction, probabilities_of(prediction).tolist())
            for prediction in sorted(sample.predictions, key=lambda found: found.id)
        ]
        return render_template(
            "sample.html",
            sample=sample,
            photo=sample.photo,
            siblings=sample.photo.samples,
            crop=crop_around(sample),
            predictions=predictions,
            current=desk().recognizer.weights,
            labels=range(NOT_A_DIGIT + 1),
        )


@blueprint.post("/samples/<int:sample_id>/label")
def label(sample_id: int) -> ResponseReturnValue:
    """Save what an operator says of a sample."""
    word = request.form.get("label", "")
    if word not in {str(number) for number in range(NOT_A_DIGIT + 1)}:
        abort(400)
    with desk().database.write() as session:
        sample = find_kept_sample(session, sample_id)
        operator = current_operator()
        label_sample(session, sample, int(word), Labeller.OPERATOR, operator=operator)
    flash("Saved.")
    return redirect(url_for("samples.show", sample_id=sample_id))


@blueprint.post("/samples/<int:sample_id>/undo")
def undo(sample_id: int) -> ResponseReturnValue:
    """Undo the newest label by an operator."""
    with desk().database.write() as session:
        undone = undo_label(session, find_kept_sample(session, sample_id), Labeller.OPERATOR)
    flash("Undone." if undone else "There is nothing to undo.")
    return redirect(url_for("samples.show", sample_id=sample_id))


@blueprint.get("/samples/<int:sample_id>.png")
def picture(sample_id: int) -> Response:
    """Send what the network saw, 28×28."""
    with desk().database.read() as session:
        pixels = find_pixels(session, sample_id)
    return send_picture(pixels, lambda: png(pixels), "image/png")


@blueprint.get("/photos/<int:photo_id>.jpg")
def photo(photo_id: int) -> Response:
    """Send a photo, upright and shrunk; where it has been deleted, its digits in their places."""
    with desk().database.read() as session:
        found = find_kept_photo(session, photo_id)
        if found.has_original:
            made_of = found.sha256.encode()
            return send_picture(made_of, lambda: photo_jpeg(found.image), "image/jpeg")
        picture = stand_in_jpeg(found, samples_with_pixels(session, photo_id))
    return send_picture(picture, lambda: picture, "image/jpeg")


@blueprint.get("/photos/<int:photo_id>/way.png")
def way(photo_id: int) -> Response:
    """Send every stage of a photo's way, as the weights in use read it now."""
    with desk().database.read() as session:
        image = find_original(session, photo_id)
    recognizer = desk().recognizer
    made_of = image + recognizer.weights.encode()
    return send_picture(made_of, lambda: way_png(image, recognizer), "image/png")
