"""Taking the data set home."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, abort, render_template, request

from admin.desk import desk
from model.database import Database
from model.export import FORMATS, Which, count_by_label, count_by_split, write_export

blueprint = Blueprint("export", __name__)

BY_NAME = {found.file_name: name for name, found in FORMATS.items()}


def asked_for() -> Which:
    """Return which samples are asked for; those with a label unless said otherwise."""
    word = request.args.get("which", Which.LABELLED.value)
    if word not in list(Which):
        abort(400)
    return Which(word)


@blueprint.get("/export")
def show() -> str:
    """Show what an export would hold, and the formats."""
    which = asked_for()
    with desk().database.read() as session:
        by_label = count_by_label(session, which)
        by_split = count_by_split(session, which)
    return render_template(
        "export.html", which=which, choices=list(Which), by_label=by_label, by_split=by_split
    )


@blueprint.get("/export/<file_name>")
def download(file_name: str) -> Response:
    """Stream an export. A break in it shows: its last chunk never comes."""
    if file_name not in BY_NAME:
        abort(404)
    format_name = BY_NAME[file_name]
    return Response(
        stream(desk().database, format_name, asked_for()),
        content_type=FORMATS[format_name].media_type,
        headers={"Content-Disposition": f"attachment; filename={file_name}"},
    )


def stream(database: Database, format_name: str, which: Which) -> Iterator[bytes]:
    """Yield an export out of a transaction of its own, which ends with it."""
    with database.read() as session:
        yield from write_export(session, format_name, which)
