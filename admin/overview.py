"""The first page: how much there is, what waits, and how good the reading is."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
from flask import Blueprint, render_template
from markupsafe import Markup

from admin.charts import Line, Mark, bar_chart, line_chart, shade
from admin.desk import desk
from model.agreement import Agreement
from model.overview import Overview, look, names_of
from model.promotions import list_promotions
from model.review import count_for_review
from model.tables import Promotion

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
def show() -> str:
    """Show the numbers, as pictures and as tables."""
    with desk().database.read() as session:
        found, counted_at = look(desk().database, session)
        names = names_of(session, [person for person, *_ in found["most"]] if found else [])
        promotions = [promotion for promotion, _ in list_promotions(session)]
        left = count_for_review(session)
    if found is None:
        return render_template("counting.html", title="Overview")
    confusion = found["confusion"]
    return render_template(
        "overview.html",
        found=found,
        counts=found["counts"],
        counted_at=counted_at,
        left=left,
        names=names,
        agreement=Agreement(np.array(found["said"])),
        wrong=sum(map(sum, confusion)) - sum(confusion[digit][digit] for digit in range(11)),
        shade=shade,
        daily=samples_a_day(found),
        accuracy=accuracy_by_day(found, promotions),
        weights=desk().recognizer.weights,
    )


def samples_a_day(found: Overview) -> Markup:
    """Return a bar for each day from the first to the last, also those without a sample."""
    counts = {day: count for day, count, *_ in found["days"]}
    if not counts:
        return Markup("")
    first, last = (datetime.date.fromisoformat(day) for day in (min(counts), max(counts)))
    days = [first + datetime.timedelta(number) for number in range((last - first).days + 1)]
    bars = [(counts.get(str(day), 0), f"{day}: {counts.get(str(day), 0)} samples") for day in days]
    return bar_chart("Samples a day", bars, day_ticks(days))


def day_ticks(days: list[datetime.date]) -> list[tuple[float, str]]:
    """Return some four days to be named on an axis, by their place."""
    step = max(1, len(days) // 4)
    return [(float(at), f"{days[at]:%d %b}") for at in range(0, len(days), step)]


def accuracy_by_day(found: Overview, promotions: list[Promotion]) -> Markup:
    """Return the share read right of what senders labelled, by the day, promotions marked."""
    points = [(ordinal(day), right / said) for day, _, said, right in found["days"] if said]
    if not points:
        return Markup("")
    first, last = points[0][0], points[-1][0]
    marks = [mark for mark in map(mark_of, promotions) if first <= mark.x <= last]
    days = [datetime.date.fromordinal(int(first) + n) for n in range(int(last - first) + 1)]
    ticks = [(first + place, word) for place, word in day_ticks(days)]
    return line_chart(
        "Read right, as senders saw it, by day", [Line("", points)], ticks, True, marks
    )


def mark_of(promotion: Promotion) -> Mark:
    """Return the mark of a promotion, which says when it was taken back, if it was."""
    undone = f", rolled back {promotion.undone_at:%Y-%m-%d}" if promotion.undone_at else ""
    day = f"{promotion.promoted_at:%Y-%m-%d}"
    return Mark(ordinal(day), f"promoted {day}{undone}", hollow=bool(undone))


def ordinal(day: Any) -> float:
    """Return a day's number."""
    return float(datetime.date.fromisoformat(day).toordinal())
