"""Of a photo whose time is over the image goes; the digits, and what was said of them, stay."""

import datetime
import io
import json
import zipfile

import pytest
from sqlalchemy import event, select

from model import originals
from model.database import Database, utc_now
from model.export import write_export
from model.labels import label_sample
from model.originals import OriginalGone, drop_originals, find_original
from model.samples import UnknownSample, find_kept_sample, find_pixels
from model.tables import Consent, Labeller, Photo, Which
from model.versions import freeze_version
from tests.filling import Store, drawn_photo, made_reading


def drop(database: Database, days: float) -> int:
    with database.write() as session:
        return drop_originals(session, utc_now() + datetime.timedelta(days=days))


def test_the_image_goes_and_nothing_else(database: Database, store: Store) -> None:
    (sample_id,) = store.photo(store.contributor(7), [4], drawn_photo())
    with database.write() as session:
        label_sample(session, find_kept_sample(session, sample_id), 9, Labeller.SENDER)
    assert drop(database, -1) == 0, "too young"
    with database.read() as session:
        assert find_original(session, 1) == drawn_photo()
    assert drop(database, 1) == 1
    assert drop(database, 1) == 0, "it is gone already"
    with database.read() as session:
        sample = find_kept_sample(session, sample_id)
        assert (sample.label, len(sample.events), len(sample.predictions)) == (9, 1, 1)
        assert not sample.photo.has_original
        assert sample.photo.image == b""
        assert (sample.photo.width, sample.photo.height) == (320, 240)
        assert find_pixels(session, sample_id) == made_reading([4]).digits[0].pixels.tobytes()
        with pytest.raises(OriginalGone, match="photo 1 has been deleted"):
            find_original(session, 1)


def test_the_oldest_go_first_a_batch_at_a_time(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "BATCH", 2)
    person = store.contributor(7)
    for days in (1, 3, 2):
        store.photo(person, [4])
        with database.write() as session:
            newest = session.scalars(select(Photo).order_by(Photo.id.desc())).first()
            newest.received_at -= datetime.timedelta(days=days, seconds=1)
    assert drop(database, 0) == 2
    with database.read() as session:
        assert session.scalars(select(Photo.id).where(Photo.image != b"")).all() == [1]
    assert [drop(database, 0), drop(database, 0)] == [1, 0]


def test_an_original_that_may_not_be_kept_is_shown_to_nobody(
    database: Database, store: Store
) -> None:
    store.photo(store.contributor(7, Consent.NO), [4])
    with database.read() as session, pytest.raises(UnknownSample):
        find_original(session, 1)


def test_the_export_leaves_them_out_and_counts_them(database: Database, store: Store) -> None:
    person = store.contributor(7)
    store.photo(person, [1, 2, 3])
    assert drop(database, 1) == 1
    store.photo(person, [4])
    with database.write() as session:
        freeze_version(session, Which.ALL)

    def exported(form: str) -> zipfile.ZipFile:
        with database.read() as session:
            return zipfile.ZipFile(io.BytesIO(b"".join(write_export(session, form, 1))))

    archive = exported("originals")
    assert [name for name in archive.namelist() if "/" in name] == ["photos/000002.jpg"]
    _, *boxes = archive.read("boxes.csv").decode().splitlines()
    assert [row.split(",")[:2] for row in boxes] == [["photos/000002.jpg", "4"]]
    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["samples"], manifest["withdrawn"]) == (4, [])
    assert (manifest["originals_deleted"], manifest["samples_without_original"]) == (1, 3)
    digits = [name for name in exported("folders").namelist() if name.endswith(".png")]
    assert len(digits) == 4


@pytest.mark.sqlite("PostgreSQL's planner decides by the rows that there are")
def test_old_ones_are_found_by_their_index(database: Database) -> None:
    statements: list[tuple[str, object]] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *given: statements.append(given[2:4])
    )
    drop(database, 0)
    (statement,) = [found for found in statements if found[0].startswith("SELECT")]
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1])
        assert "USING INDEX ix_photos_original_received_at" in str(plan.all())
