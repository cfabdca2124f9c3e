"""Weights: which there are, how good they are, which are in use, and how new ones are learned."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.charts import Line, line_chart, shade
from admin.desk import desk
from admin.numbers import LARGEST, number_of
from model import promotions
from model.promotions import UnknownWeights
from model.retraining import rows
from model.retraining.material import still_kept
from model.retraining.start import start_retraining
from model.tables import Retraining, RunState, WeightsFile
from model.versions import UnknownVersion, list_versions

blueprint = Blueprint("weights", __name__)

SHOWN = 60
"""Samples with another answer that a page shows."""


@blueprint.get("/weights")
def show() -> str:
    """Show all weights, the retrainings, and what to do with them."""
    with desk().database.read() as session:
        return render_template(
            "weights.html",
            weights=[
                (found, *card_and_scores(found)) for found in promotions.list_weights(session)
            ],
            in_use=desk().recognizer.weights,
            promoted=promotions.promoted(session),
            history=promotions.list_promotions(session, 10),
            running=rows.find_running(session),
            runs=rows.list_retrainings(session, 10),
            versions=list_versions(session),
        )


def card_and_scores(weights: WeightsFile) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is known of weights."""
    return json.loads(weights.card), json.loads(weights.scores)


@blueprint.get("/weights/<fingerprint>")
def one(fingerprint: str) -> str:
    """Show the card of weights, their scores, and how they differ from those they come from."""
    with desk().database.read() as session:
        weights = exact_weights(session, fingerprint)
        card, scores = card_and_scores(weights)
        against = scores.get("against")
        parent, changed = None, []
        if against:
            parent = promotions.find_weights(session, against["weights"])
            changed = changed_samples(session, against["changed"])
        return render_template(
            "weights_card.html",
            weights=weights,
            card=card,
            scores=scores,
            against=against,
            before=json.loads(parent.scores) if parent else {},
            changed=changed[:SHOWN],
            calibration={name: calibration(scores, name) for name in ("test", "mnist")},
            shade=shade,
            in_use=desk().recognizer.weights,
        )


def exact_weights(session: Session, fingerprint: str) -> WeightsFile:
    """Return the weights of this very fingerprint; 404 for others."""
    try:
        weights = promotions.find_weights(session, fingerprint)
    except UnknownWeights:
        abort(404)
    if weights.fingerprint != fingerprint:
        abort(404)
    return weights


def changed_samples(session: Session, changed: list[list[int]]) -> list[dict[str, int]]:
    """Return the samples that are still here with the two answers, those first that got better."""
    kept = still_kept(session, [sample for sample, *_ in changed])
    shown = [
        {"id": sample, "label": label, "before": before, "after": after}
        for sample, label, before, after in changed
        if sample in kept
    ]
    return sorted(shown, key=lambda each: (each["after"] != each["label"], each["id"]))


def calibration(scores: dict[str, Any], name: str) -> Any:
    """Return the curve of stated confidence and what was right."""
    found = scores.get(name, {}).get("calibration", [])
    points = [(stated, right) for _, _, _, stated, right in found]
    ideal = Line("as stated", [(point, point) for point in (points[0][0], 1.0)] if points else [])
    ticks = [(value, f"{100 * value:.0f} %") for value in (0.5, 0.75, 1.0)]
    return line_chart(
        "Right answers by stated confidence", [Line("right", points), ideal], ticks, percent=True
    )


@blueprint.post("/weights/<fingerprint>/promote")
def promote(fingerprint: str) -> ResponseReturnValue:
    """Put weights into use."""
    with desk().database.write() as session:
        changed = promotions.promote(session, exact_weights(session, fingerprint))
    flash(f"The weights {fingerprint} are {'now' if changed else 'already'} in use.")
    return redirect(url_for("weights.show"))


@blueprint.post("/weights/rollback")
def roll_back() -> ResponseReturnValue:
    """Undo the last promotion."""
    with desk().database.write() as session:
        undone = promotions.roll_back(session)
    flash("The weights used before are in use again." if undone else "No promotion stands.")
    return redirect(url_for("weights.show"))


@blueprint.post("/weights/retrain")
def retrain() -> ResponseReturnValue:
    """Start a retraining in a process of its own, and go to its page."""
    version = number_of(request.form.get("version", ""))
    try:
        number = start_retraining(desk().database, desk().settings, version)
    except (rows.AlreadyRetraining, UnknownVersion) as problem:
        flash(str(problem))
        return redirect(url_for("weights.show"))
    return redirect(url_for("weights.retraining", number=number))


@blueprint.get("/weights/retrainings/<int:number>")
def retraining(number: int) -> str:
    """Show how far a retraining is; the page fetches itself anew while it runs."""
    with desk().database.write() as session:
        rows.end_stale(session)
    with desk().database.read() as session:
        run = find_run(session, number)
        epochs = rows.list_epochs(session, number)
        weights = session.get(WeightsFile, run.weights_id) if run.weights_id else None
        left = None
        if epochs and run.state is RunState.RUNNING:
            left = epochs[-1].seconds / len(epochs) * (run.epochs - len(epochs))
        ticks = [(float(n), str(n)) for n in range(1, run.epochs + 1)]
        loss = Line("loss", [(epoch.number, epoch.loss) for epoch in epochs])
        right = Line("right", [(e.number, e.accuracy) for e in epochs if e.accuracy is not None])
        return render_template(
            "retraining.html",
            run=run,
            epochs=epochs,
            left=left,
            weights=weights,
            loss=line_chart("Loss by epoch", [loss], ticks),
            accuracy=line_chart("Right on validation samples by epoch", [right], ticks, True),
        )


def find_run(session: Session, number: int) -> Retraining:
    """Return a retraining; 404 where there is none."""
    if number > LARGEST:
        abort(404)
    try:
        return rows.find_retraining(session, number)
    except rows.UnknownRetraining:
        abort(404)


@blueprint.post("/weights/retrainings/<int:number>/cancel")
def cancel(number: int) -> ResponseReturnValue:
    """Ask a retraining to stop."""
    with desk().database.write() as session:
        rows.cancel(session, find_run(session, number).id)
    return redirect(url_for("weights.retraining", number=number))
