"""The wheel by the command line: retrain, promote, roll back; export what was learned from."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from digitbot import main
from model.database import Database
from model.export import FORMATS
from model.retraining import learning
from model.tables import Split
from tests.filling import Store
from tests.model.retraining.hands import correct, settings_for


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def _taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer to learn from and one to be judged by, in the database of the settings."""
    monkeypatch.setattr(learning, "OLD", 3000)  # a quarter of the old digits
    monkeypatch.setattr(learning, "POOL", 3000)
    database = Database(f"sqlite:///{tmp_path}/own.sqlite")
    database.upgrade()
    correct(database, Store(database), Split.TRAIN, 1, 12)
    correct(database, Store(database), Split.TEST, 2, 4)
    database.close()
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("WEIGHTS", str(settings_for(database, tmp_path).weights))


@pytest.mark.usefixtures("_taught")
def test_the_wheel_turns_and_turns_back():
    assert run("freeze").output.splitlines()[0] == "1"
    made = run("retrain", "--version", "1")
    assert made.exit_code == 0, made.output
    lines = made.output.splitlines()
    epochs = learning.RECIPE.epochs
    laps = [line.split("  ")[0] for line in lines if line.startswith("epoch")]
    assert laps == [f"epoch {n}" for n in range(1, epochs + 1)]
    new, old = re.search(r"Weights (\w+), against (\w+):", made.output).groups()
    assert re.search(r"collected test samples: \d+ -> \d+ of 12 right, p = ", made.output)
    assert lines[-1] == f"`digitbot promote {new[:8]}` puts them into use."
    assert run("promote", new[:8]).output == f"The weights {new} are now in use.\n"
    assert run("promote", new[:8]).output == f"The weights {new} are already in use.\n"
    assert run("rollback").output == "The weights of the setting are in use again.\n"
    assert run("promote", old[:8]).output == f"The weights {old} are now in use.\n"


@pytest.mark.usefixtures("_taught")
@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_frozen_is_exported_and_verified(kind: str, tmp_path: Path):
    run("freeze")
    out = tmp_path / f"samples.{FORMATS[kind].ending}"
    made = run("export", "--version", 1, "--format", kind, "--out", out)
    assert made.exit_code == 0, made.output
    assert out.stat().st_size > 1000
    assert run("verify", out).exit_code == 0
    damaged = bytearray(out.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    out.write_bytes(damaged)
    assert run("verify", out).exit_code == 1
