"""The README's pictures, taken of the real thing: bot, reader and desk, the photos made up.

Each run takes them; `make pictures` keeps them: PICTURES names the folder.
"""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select

from model import demo
from model.database import Database
from model.explain import draw_way
from model.recognizer import Recognizer
from model.settings import PROJECT
from model.tables import Sample, WeightsFile
from tests.browser.conftest import Desk
from tests.browser.made_photos import NoPhoto, hard_photo, line_photo, misread_photo
from tests.browser.talk import hold_talk, render_talk

FOLDER = os.environ.get("PICTURES")
IN_GRIDS = 900 if FOLDER else 30
"""Samples of invented people: a picture shows a full grid, a test does with less."""
MOST_BYTES = 300_000
SHIPPED = PROJECT / "weights" / "digits.npz"

pytestmark = pytest.mark.parametrize("width", ["laptop"], indirect=True)


@pytest.fixture(scope="module")
def reader() -> Recognizer:
    """The reader as it is shipped."""
    return Recognizer.load(SHIPPED)


def keep(data: bytes, name: str) -> None:
    """Write a PNG with a palette, of fewer colours until it is small enough."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert len(np.unique(np.asarray(picture))) > 20  # something is to be seen
    if not FOLDER:
        return
    for colours in (256, 192, 128, 96, 64):
        file = io.BytesIO()
        picture.quantize(colours, kmeans=1).save(file, "PNG", optimize=True)
        if file.tell() < MOST_BYTES:
            break
    (Path(FOLDER) / f"{name}.png").write_bytes(file.getvalue())


def take(desk: Desk, path: str, name: str, height: int = 0) -> None:
    """Open a page and take it, by default down to its line of status."""
    desk.open(path)
    desk.page.wait_for_load_state("networkidle")
    if not height:
        foot = desk.page.locator("p.status").bounding_box()
        height = round(foot["y"] + foot["height"] + 8)
    desk.page.set_viewport_size({"width": 1280, "height": height})
    keep(desk.page.screenshot(), name)


def made(photo, reader: Recognizer) -> bytes:
    """Return a made photo; other weights than a picture was composed for may read none of them."""
    try:
        return photo(reader)
    except NoPhoto as missing:
        if FOLDER:
            raise
        pytest.skip(str(missing))


def test_a_conversation_and_its_review(browser, desk: Desk, database: Database, reader: Recognizer):
    line, one = made(line_photo, reader), made(misread_photo, reader)
    talk = hold_talk(database, reader, line, one)
    page = browser.new_page(device_scale_factor=2)
    page.set_content(render_talk(talk), wait_until="load")
    keep(page.locator("body").screenshot(), "conversation")
    page.close()
    with database.read() as session:
        sample = session.scalar(select(Sample.id).order_by(Sample.id.desc()).limit(1))
    take(desk, f"/review?sample={sample}", "review")
    assert desk.page.inner_text("#predicted") == "7"
    assert desk.page.inner_text("#sender") == "1"


def test_a_full_desk(desk: Desk, database: Database, reader: Recognizer):
    demo.fill(database, reader, SHIPPED.read_bytes(), IN_GRIDS)
    with database.read() as session:  # which digit there is most to be said of
        due = select(Sample.predicted).where(Sample.due, Sample.removed_at.is_(None))
        digit = session.scalar(
            due.group_by(Sample.predicted).order_by(func.count().desc()).limit(1)
        )
    take(desk, f"/grid?digit={digit}", "grid")
    assert desk.page.locator(".grid li").count() > 0
    take(desk, "/", "overview", height=1750)
    assert desk.page.locator("svg").count() >= 2
    with database.read() as session:
        learned = WeightsFile.version_id.is_not(None)
        candidate = session.scalar(select(WeightsFile.fingerprint).where(learned))
    take(desk, f"/weights/{candidate}", "candidate", height=1490)
    assert desk.page.locator(".gallery img").count() > 0


def test_how_a_photo_is_read(width: object, reader: Recognizer):
    file = io.BytesIO()
    draw_way(made(hard_photo, reader), reader).save(file, "PNG")
    keep(file.getvalue(), "explain")
