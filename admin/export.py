"""Freezing versions of the data set, and taking them home."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.desk import desk
from admin.numbers import LARGEST
from model.database import Database
from model.export import FORMATS, file_name, write_export
from model.overview import look_at_versions
from model.sources import UnknownSource, list_imported, remove_imported
from model.tables import Which
from model.versions import UnknownVersion, find_version, freeze_version
from model.versions import list_versions as list_all

blueprint = Blueprint("export", __name__)


def asked_for() -> Which:
    """Return which samples are asked for; those with a label unless said otherwise."""
    word = request.values.get("which", Which.LABELLED.value)
    if word not in list(Which):
        abort(400)
    return Which(word)


@blueprint.get("/export")
def show() -> str:
    """Show the versions there are, and what a new one would hold."""
    which = asked_for()
    with desk().database.read() as session:
        versions = list_all(session)
        imported = list_imported(session)
        count, counted_at = look_at_versions(desk().database, session, which)
    return render_template(
        "export.html",
        which=which,
        choices=list(Which),
        versions=versions,
        imported=imported,
        count=count,
        counted_at=counted_at,
        formats=list(FORMATS),
        file_name=file_name,
    )


@blueprint.post("/export")
def freeze() -> ResponseReturnValue:
    """Freeze a version."""
    which = asked_for()
    with desk().database.write() as session:
        version = freeze_version(session, which)
    flash(f"Version {version.id} is frozen.")
    return redirect(url_for("export.show", which=which.value))


@blueprint.post("/export/remove")
def remove() -> ResponseReturnValue:
    """Delete all that was imported under a name."""
    source = request.form.get("source", "")
    try:
        count = remove_imported(desk().database, source)
    except UnknownSource:
        abort(404)
    flash(f"{source}: {count} {'picture is' if count == 1 else 'pictures are'} deleted.")
    return redirect(url_for("export.show"))


@blueprint.get("/export/<int:number>/<format_name>")
def download(number: int, format_name: str) -> Response:
    """Stream an export. A break in it shows: its last chunk never comes."""
    if format_name not in FORMATS or number > LARGEST:
        abort(404)
    with desk().database.read() as session:
        try:
            find_version(session, number)
        except UnknownVersion:
            abort(404)
    name = file_name(format_name, number)
    return Response(
        stream(desk().database, format_name, number),
        content_type="application/zip",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def stream(database: Database, format_name: str, number: int) -> Iterator[bytes]:
    """Yield an export out of a transaction of its own, which ends with it."""
    with database.read() as session:
        yield from write_export(session, format_name, number)
