"""Frozen, exported and read back; retrained, looked at, promoted and rolled back: by keyboard."""

from pathlib import Path

import numpy as np

from model.database import Database
from model.dataset import Dataset
from model.export.verify import verify_export
from model.labels import label_sample
from model.network import Network
from model.promotions import keep_weights, promote, promoted, write_network
from model.samples import find_kept_sample
from model.tables import Labeller, Split
from tests.browser.conftest import Desk
from tests.browser.test_pages import check
from tests.filling import Store
from tests.model.retraining.hands import correct

FOCUSED = "() => document.activeElement.textContent.trim()"


def go_and_press(desk: Desk, words: str) -> None:
    """Go with Tab to the control that says these words, and press Enter on it."""
    for _ in range(100):
        desk.press("Tab")
        if desk.page.evaluate(FOCUSED) == words:
            return desk.press("Enter")
    raise AssertionError(f"no Tab leads to {words}")


def test_a_version_is_frozen_downloaded_and_read_back(
    desk: Desk, database: Database, ids: list[int], tmp_path: Path
):
    with database.write() as session:
        label_sample(session, find_kept_sample(session, ids[0]), 4, Labeller.SENDER)
    desk.open("/export")
    go_and_press(desk, "Freeze a version")
    desk.page.wait_for_selector("text=Version 1 is frozen.")
    check(desk, "/export")
    with desk.page.expect_download() as waiting:
        go_and_press(desk, "NPZ")
    desk.page.wait_for_selector("#downloads >> text=sent whole")  # the page renewed itself
    check(desk, "/export with a download")
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "digitbot-v1.npz"
    assert verify_export(path)["samples"] == 1
    assert Dataset.load(path).labels.tolist() == [4]


def test_from_a_retraining_to_a_promotion_and_back(desk: Desk, database: Database, store: Store):
    correct(database, store, Split.TRAIN, 1, 8)
    correct(database, store, Split.TEST, 2, 2)
    small = Network.create((784, 16, 11), rng=np.random.default_rng(0))
    with database.write() as session:
        base = keep_weights(session, write_network(small)).fingerprint
        promote(session, keep_weights(session, write_network(small)))
    desk.open("/weights")
    go_and_press(desk, "Retrain")
    desk.page.wait_for_selector("#live[data-state=running]")
    desk.page.click("text=Look at what it made", timeout=60_000)  # the page renewed itself
    desk.page.wait_for_selector("text=Against the weights it comes from")
    check(desk, "the card of weights")
    made = desk.page.url.rsplit("/", 1)[1]
    go_and_press(desk, "Promote")
    desk.page.wait_for_selector(f"text=The weights {made} are now in use.")
    with database.read() as session:
        assert promoted(session) == made
    check(desk, "/weights")
    go_and_press(desk, "Roll back")
    desk.page.wait_for_selector("text=The weights used before are in use again.")
    with database.read() as session:
        assert promoted(session) == base
    for path in ("/", "/weights/retrainings/1"):
        desk.open(path)
        check(desk, path)
