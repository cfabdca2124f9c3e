"""A retraining as the browser sees it: curves as they come, time left, a closed page, cancelled."""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from model.database import Database
from model.network import Network
from model.processes import start_process
from model.promotions import keep_weights, list_weights, promote, write_network
from model.retraining import rows, start
from model.retraining.learning import RECIPE
from model.tables import Split
from tests.browser.conftest import Desk
from tests.browser.held_retraining import FOLDER
from tests.browser.test_pages import check_both
from tests.filling import Store
from tests.model.retraining.hands import correct
from tests.patience import PATIENCE, wait_until

POINTS = """count => {
  const curves = [...document.querySelectorAll("#live .chart")];
  const points = curves.map((one) => one.querySelectorAll(".dot").length);
  return points.length === 2 && points.every((found) => found === count);
}"""
"""Whether there are two curves, for loss and accuracy, with so many points each."""


@dataclass
class Held:
    """A retraining that goes on to the next epoch when it is let go."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, words: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start it in place of the process that the page would start."""
        held = ["tests.browser.held_retraining", *words[1:]]
        self.processes.append(start_process(held, {**environment, FOLDER: str(self.folder)}))
        return self.processes[-1]

    def let_go(self, *epochs: int) -> None:
        """Let these epochs go."""
        for number in epochs:
            (self.folder / str(number)).touch()


@pytest.fixture
def held(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Held]:
    """What holds the retraining of this test; it ends before its database does."""
    found = Held(tmp_path)
    monkeypatch.setattr(start, "start_process", found.start)
    yield found
    for process in found.processes:
        process.kill()
        process.wait(PATIENCE)


@pytest.fixture
def taught(database: Database, store: Store) -> None:
    """A small network in use, and somebody to learn from."""
    correct(database, store, Split.TRAIN, 1, 4)
    correct(database, store, Split.VALIDATION, 2, 1)
    small = Network.create((784, 16, 11), rng=np.random.default_rng(0))
    with database.write() as session:
        promote(session, keep_weights(session, write_network(small)))


def count_epochs(database: Database) -> int:
    with database.read() as session:
        return len(rows.list_epochs(session, 1))


def status(desk: Desk) -> str:
    return desk.page.inner_text("#live [role=status]")


def begin(desk: Desk, let_go: Callable[..., None]) -> None:
    """Start a retraining and see both curves grow, on a page that stays the same."""
    desk.open("/weights")
    desk.page.click("text=Retrain")
    desk.page.wait_for_selector("#live[data-state=running]")
    desk.page.evaluate("window.sameAsEver = true")
    for number in (1, 2):
        let_go(number)
        desk.wait_until(POINTS, number)
    assert desk.page.evaluate("window.sameAsEver")
    assert re.search(rf"^running: learning, epoch 2 of {RECIPE.epochs}; \d+ s left$", status(desk))


@pytest.mark.parametrize("width", ["laptop"], indirect=True)  # it is looked at as a phone shows it
@pytest.mark.usefixtures("taught")
def test_its_curves_grow_it_survives_a_closed_page_and_is_cancelled(
    desk: Desk, database: Database, held: Held
):
    begin(desk, held.let_go)
    check_both(desk, "a retraining that runs")
    desk.page.close()
    held.let_go(3)
    wait_until(lambda: count_epochs(database) == 3)  # while nobody looks
    desk.page = desk.page.context.new_page()
    desk.open("/weights")
    desk.page.click("text=A retraining runs: watch it")
    desk.wait_until(POINTS, 3)
    assert status(desk).startswith(f"running: learning, epoch 3 of {RECIPE.epochs}; ")
    desk.page.click("text=Cancel")
    desk.page.wait_for_selector("text=it is asked to stop")
    held.let_go(4, 5)
    desk.page.wait_for_selector("#live[data-state=cancelled]")  # the page renewed itself
    assert status(desk) == "cancelled: nothing of it is kept"
    assert desk.page.locator("#live button").count() == 0
    check_both(desk, "a retraining that was cancelled")
    assert count_epochs(database) == 4  # the one under way was its last
    with database.read() as session:
        assert len(list_weights(session)) == 1
    held.processes[0].wait(PATIENCE)
