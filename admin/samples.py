"""All samples, page by page, and everything about one."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.desk import desk
from admin.numbers import LARGEST, number_argument
from admin.pictures import photo_jpeg, send_picture
from admin.review import crop_around
from model.export import png
from model.review import (
    STATUSES,
    SampleFilter,
    find_kept_photo,
    find_kept_sample,
    find_pixels,
    list_contributors,
    page_of_samples,
)
from model.samples import label_sample, probabilities_of, undo_label
from model.tables import NOT_A_DIGIT, Labeller, Split

blueprint = Blueprint("samples", __name__)

ON_A_PAGE = 60


@blueprint.url_value_preprocessor
def refuse_large_numbers(_: str | None, values: dict[str, int] | None) -> None:
    """Answer 404 for a number that no key of the database can have."""
    if any(value > LARGEST for value in (values or {}).values()):
        abort(404)


@blueprint.get("/samples")
def page() -> str:
    """Show thumbnails of the samples that fit the filters, the newest first."""
    chosen, before = read_filter(), number_argument("before")
    with desk().database.read() as session:
        samples = page_of_samples(session, chosen, before, ON_A_PAGE + 1)
        contributors = list_contributors(session)
        return render_template(
            "samples.html",
            samples=samples[:ON_A_PAGE],
            older=samples[ON_A_PAGE - 1].id if len(samples) > ON_A_PAGE else None,
            before=before,
            chosen=chosen,
            asked={key: value for key, value in request.args.items() if key != "before" and value},
            contributors=contributors,
            statuses=list(STATUSES),
            splits=list(Split),
            labels=range(NOT_A_DIGIT + 1),
        )


def read_filter() -> SampleFilter:
    """Return what the address asks for; 400 for words that are no filter."""
    status, split = request.args.get("status") or None, request.args.get("split") or None
    if (status and status not in STATUSES) or (split and split not in list(Split)):
        abort(400)
    label, predicted = number_argument("label"), number_argument("predicted")
    if any(number is not None and number > NOT_A_DIGIT for number in (label, predicted)):
        abort(400)
    return SampleFilter(
        label=label,
        predicted=predicted,
        contributor_id=number_argument("contributor"),
        split=Split(split) if split else None,
        status=status,
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
        label_sample(session, find_kept_sample(session, sample_id), int(word), Labeller.OPERATOR)
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
    return send_picture(png(pixels), "image/png")


@blueprint.get("/photos/<int:photo_id>.jpg")
def photo(photo_id: int) -> Response:
    """Send a photo, upright and shrunk."""
    with desk().database.read() as session:
        image = find_kept_photo(session, photo_id).image
    return send_picture(photo_jpeg(image), "image/jpeg")
