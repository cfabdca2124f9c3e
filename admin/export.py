"""Freezing versions of the data set, and taking them home."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.desk import Desk, desk
from admin.downloads import Download
from admin.numbers import LARGEST
from model.export import FORMATS, file_name, write_export
from model.overview import look_at_versions
from model.sources import UnknownSource, list_imported, start_removal
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
        downloads=desk().downloads.shown(),
        file_name=file_name,
        originals_days=desk().settings.keep_originals_days,
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
    """Have all deleted that was imported under a name; the page shows how much is left."""
    source = request.form.get("source", "")
    try:
        start_removal(desk().database, source)
    except UnknownSource:
        abort(404)
    flash(f"{source} is being deleted. The page may be closed: it goes on.")
    return redirect(url_for("export.show"))


@blueprint.get("/export/<int:number>/<format_name>")
def download(number: int, format_name: str) -> Response:
    """Stream an export. A break in it shows: its last chunk never comes."""
    if format_name not in FORMATS or number > LARGEST:
        abort(404)
    with desk().database.read() as session:
        try:
            version = find_version(session, number)
        except UnknownVersion:
            abort(404)
    name = file_name(format_name, number)
    total = FORMATS[format_name].passes * version.samples
    return Response(
        stream(desk(), Download(number, format_name, total)),
        content_type="application/zip",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def stream(to: Desk, under_way: Download) -> Iterator[bytes]:
    """Yield an export out of a transaction of its own, which ends with it."""
    to.downloads.add(under_way)
    try:
        with to.database.read() as session:
            yield from write_export(
                session, under_way.format_name, under_way.version, under_way.tell
            )
        under_way.whole = True
    finally:
        under_way.ended = time.monotonic()
