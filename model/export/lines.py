"""A line for each sample: CSV for spreadsheets, JSON Lines with everything that is known."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select

from model.export.archive import Archive
from model.export.rows import BATCH, Row, Source
from model.tables import LabelEvent, Photo, Prediction, Sample

FACTS = (
    "id", "label", "labelled_by", "predicted", "confidence", "weights", "split", "contributor",
    "source",
)  # fmt: skip
NUMBERS = [str(value) for value in range(256)]
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the begin of a formula."""


def facts(row: Row) -> tuple[str, ...]:
    """Return what stands in `FACTS` for a sample."""
    return (
        str(row.id), str(row.label), row.labelled_by, str(row.predicted), f"{row.confidence:.6f}",
        row.weights, row.split, row.contributor, row.source,
    )  # fmt: skip


def csv_line(*cells: str) -> bytes:
    """Return a line of CSV (RFC 4180) in which no cell is a formula."""
    return (",".join([csv_cell(cell) for cell in cells]) + "\r\n").encode()


def csv_cell(cell: str) -> str:
    """Return a cell: what looks like a formula behind an apostrophe, quoted where it must be."""
    if cell.startswith(FORMULAS):
        cell = f"'{cell}"
    if any(mark in cell for mark in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def write_csv(source: Source, archive: Archive) -> Iterator[bytes]:
    """samples.csv: `FACTS`, then p0 to p783, row by row from the top."""
    yield from archive.deflated("samples.csv", csv_lines(source))


def csv_lines(source: Source) -> Iterator[bytes]:
    """Yield the table with all pixels."""
    pixels = ",".join(f"p{index}" for index in range(784))
    yield csv_line(*FACTS)[:-2] + f",{pixels}\r\n".encode()
    for row in source.rows():
        values = ",".join([NUMBERS[value] for value in row.pixels])
        yield csv_line(*facts(row))[:-2] + f",{values}\r\n".encode()


def write_jsonl(source: Source, archive: Archive) -> Iterator[bytes]:
    """samples.jsonl: a JSON object for each sample."""
    yield from archive.deflated("samples.jsonl", json_lines(source))


def json_lines(source: Source) -> Iterator[bytes]:
    """Yield each sample with its place, predictions and label events, as they were when frozen."""
    waiting: list[Row] = []
    for row in source.rows():
        waiting.append(row)
        if len(waiting) == BATCH:
            yield described(source, waiting)
            waiting = []
    if waiting:
        yield described(source, waiting)


def described(source: Source, rows: Sequence[Row]) -> bytes:
    """Return the lines of some samples."""
    ids = range(rows[0].id, rows[-1].id + 1)
    places = places_of(source, ids)
    predictions = grouped(predictions_of(source, ids))
    events = grouped(events_of(source, ids))
    lines = []
    for row in rows:
        known = {
            **row._asdict(),
            "pixels": base64.b64encode(row.pixels).decode(),
            **places[row.id],
            "predictions": predictions.get(row.id, []),
            "label_events": events.get(row.id, []),
        }
        lines.append(json.dumps(known, ensure_ascii=False) + "\n")
    return "".join(lines).encode()


def places_of(source: Source, ids: range) -> dict[int, dict[str, Any]]:
    """Return where each sample stands: photo, box in its pixels, line, and position."""
    query = (
        select(
            Sample.id, Photo.id, Sample.x0, Sample.y0, Sample.x1, Sample.y1, Sample.line,
            Sample.position, Photo.received_at,
        )
        .join(Sample.photo)
        .where(Sample.id.between(ids[0], ids[-1]))
    )  # fmt: skip
    return {
        sample: {
            "photo": photo,
            "box": box,
            "line": line,
            "position": position,
            "received_at": at.isoformat(),
        }
        for sample, photo, *box, line, position, at in source.session.execute(query)
    }


def predictions_of(source: Source, ids: range) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield what each weights said of a sample before the version was frozen."""
    query = select(Prediction).where(
        Prediction.sample_id.between(ids[0], ids[-1]),
        Prediction.created_at <= source.version.frozen_at,
    )
    for found in source.session.scalars(query.order_by(Prediction.id)):
        chances = np.frombuffer(found.probabilities, "<f4")
        yield (
            found.sample_id,
            {
                "weights": found.weights,
                "digit": found.digit,
                "confidence": round(found.confidence, 6),
                "no_digit": round(found.no_digit, 6),
                "probabilities": [round(float(chance), 6) for chance in chances],
            },
        )
    source.session.expunge_all()


def events_of(source: Source, ids: range) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield who said what of a sample before the version was frozen."""
    frozen = source.version.frozen_at
    query = select(
        LabelEvent.sample_id,
        LabelEvent.act,
        LabelEvent.label,
        LabelEvent.labelled_by,
        LabelEvent.created_at,
        LabelEvent.undone_at,
    ).where(LabelEvent.sample_id.between(ids[0], ids[-1]), LabelEvent.created_at <= frozen)
    for sample, act, label, by, at, undone in source.session.execute(query.order_by(LabelEvent.id)):
        stood = undone is None or undone > frozen
        said = {"act": act, "label": label, "by": by, "at": at.isoformat(), "undone": not stood}
        yield sample, said


def grouped(
    found: Iterator[tuple[int, dict[str, Any]]],
) -> dict[int, list[dict[str, Any]]]:
    """Return what belongs to each sample."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for sample, item in found:
        groups.setdefault(sample, []).append(item)
    return groups
