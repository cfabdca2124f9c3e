import io
import json
import zipfile
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import select

from model.albums import join_album
from model.database import Database, utc_now
from model.labels import label_sample
from model.limits import block, count_message
from model.originals import drop_originals
from model.samples import find_sample, pixels_of
from model.tables import Consent, Labeller, Photo, Sample
from model.takeout import LARGEST_PART, write_part
from tests.filling import Store, drawn_photo, set_aside


def parts(database: Database, user_id: int, largest: int = LARGEST_PART) -> list[zipfile.ZipFile]:
    """Return all archives of a person."""
    found: list[zipfile.ZipFile] = []
    after: int | None = 0
    with database.read() as session:
        while after is not None:
            file = io.BytesIO()
            after = write_part(session, 1, user_id, after, file, largest)
            found.append(zipfile.ZipFile(file))
    return found


def read_json(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def test_holds_every_photo_every_digit_and_all_that_is_known(
    database: Database, store: Store
) -> None:
    image = drawn_photo("4")
    one, two = store.photo(store.contributor(7, name="Ada <&>"), [4, 2], image)
    store.photo(store.contributor(8, name="Bob"), [5])
    with database.write() as session:
        sample = find_sample(session, one)
        join_album(session, sample.photo, "album-1")
        label_sample(session, sample, 9, Labeller.SENDER, "inbox:1")
        label_sample(session, sample, 4, Labeller.OPERATOR)
        count_message(session, 1, 7, sample.created_at)
        block(session, 1, 7)
        for user_id, text in ((7, "mine"), (8, "another's")):
            session.add(set_aside(user_id, person=user_id, body=json.dumps({"text": text})))
    (archive,) = parts(database, 7)
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == [
        "photos.json",
        "photos/00000001/digit-000.png",
        "photos/00000001/digit-001.png",
        "photos/00000001/photo.jpg",
        "you.json",
    ]
    assert archive.read("photos/00000001/photo.jpg") == image
    picture = np.asarray(Image.open(archive.open("photos/00000001/digit-001.png")))
    with database.read() as session:
        assert (picture == pixels_of(find_sample(session, two))).all()
    you = read_json(archive, "you.json")
    assert you["you"]["name"] == "Ada <&>"
    assert you["you"]["consent"] == "yes"
    assert you["messages_lately"]["in_day"] == 1
    assert you["blocked"]["user_id"] == 7
    assert [m["body"] for m in you["messages_being_handled"]] == [{"text": "mine"}]
    (photo,) = read_json(archive, "photos.json")
    assert (photo["album"], photo["width"]) == ("album-1", 320)
    first = photo["digits"][0]
    assert first["file"] in archive.namelist()
    assert [(event["label"], event["labelled_by"]) for event in first["labels"]] == [
        (9, "sender"),
        (4, "operator"),
    ]
    assert first["predictions"][0]["digit"] == 4
    whole = "".join(archive.read(name).decode() for name in ("you.json", "photos.json"))
    assert "Bob" not in whole
    assert "another's" not in whole


def test_every_column_is_in_it_but_those_that_are_files(database: Database, store: Store) -> None:
    store.photo(store.contributor(7), [4])
    (archive,) = parts(database, 7)
    (photo,) = read_json(archive, "photos.json")
    assert set(photo) >= {column.key for column in Photo.__table__.columns} - {"image"}
    assert set(photo["digits"][0]) >= {c.key for c in Sample.__table__.columns} - {"pixels"}


def test_what_is_too_much_for_one_archive_comes_in_several(
    database: Database, store: Store
) -> None:
    person = store.contributor(7)
    images = [bytes([number]) * 1000 for number in range(7)]
    for image in images:
        store.photo(person, [1], image)
    archives = parts(database, 7, largest=2500)
    assert [len(read_json(archive, "photos.json")) for archive in archives] == [2, 2, 2, 1]
    found = [
        archive.read(photo["file"])
        for archive in archives
        for photo in read_json(archive, "photos.json")
    ]
    assert found == images
    assert ["you.json" in archive.namelist() for archive in archives] == [True] + 3 * [False]
    archives = parts(database, 7, largest=1)
    assert len(archives) == 7, "a photo that is too big alone is a part of its own"


def test_of_a_photo_whose_original_is_gone_the_digits_are_in_it(
    database: Database, store: Store
) -> None:
    person = store.contributor(7)
    store.photo(person, [4, 2])
    with database.write() as session:
        assert drop_originals(session, utc_now()) == 1
    store.photo(person, [5])
    (archive,) = parts(database, 7)
    assert sorted(archive.namelist()) == [
        "photos.json",
        "photos/00000001/digit-000.png",
        "photos/00000001/digit-001.png",
        "photos/00000002/digit-000.png",
        "photos/00000002/photo.jpg",
        "you.json",
    ]
    gone, here = read_json(archive, "photos.json")
    assert gone["file"] is None
    assert "this one has been; the digits" in gone["why_no_file"]
    assert here["file"] == "photos/00000002/photo.jpg"
    assert "why_no_file" not in here


def test_of_a_stranger_there_is_nothing(database: Database, store: Store) -> None:
    store.photo(store.contributor(8, Consent.NO), [5])
    (archive,) = parts(database, 7)
    assert read_json(archive, "photos.json") == []
    assert read_json(archive, "you.json")["you"] is None
    with database.read() as session:
        assert session.scalars(select(Photo.id)).all() == [1]
