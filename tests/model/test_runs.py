import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.checkpoint import Checkpoint, WrongCheckpoint
from model.dataset import Dataset
from model.network import Network
from model.presets import Recipe
from model.runs import RunData, before_training, fingerprint, read_log, run
from model.training import Diverged, accuracy
from tests.patience import PATIENCE

RECIPE = Recipe(
    "small",
    layers=(16,),
    epochs=5,
    rate=0.1,
    batch=32,
    momentum=0.9,
    cosine=True,
    group=4,
    held_out=60,
)


def drawn(count=300, seed=0):
    """Ten kinds of images: a bar at one of ten heights, with noise."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 + 2 * label : 6 + 2 * label, 4:24] = 220
    return Dataset(images, labels, source="bars.npz")


def whole_run(out, recipe=RECIPE, data=None, **more):
    return list(run(recipe, data or RunData.hold_out(recipe, drawn()), out, **more))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "weights" / "bars.npz"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "bars.npz"
    whole_run(out)
    return Network.load(out)


def test_a_run_leaves_weights_with_their_card_and_a_log(out):
    data = RunData.hold_out(RECIPE, drawn(), [(drawn(40, 5), 0.5)], test=drawn(100, 9))
    epochs = whole_run(out, data=data, threads=1)
    assert sorted(os.listdir(out.parent)) == ["bars.log.jsonl", "bars.npz"]
    network = Network.load(out)
    card = network.card
    assert card["recipe"]["name"] == "small"
    assert [(d["source"], d["images"], d["share"]) for d in card["data"]] == [
        ("bars.npz", 240, 1.0),
        ("bars.npz", 40, 0.5),
    ]
    assert (card["epochs"], card["finished"], card["threads"]) == (5, True, 1)
    assert card["scores"] == {  # of the rounded network, which is the one in the file
        "validation": accuracy(network, data.validation),
        "test": accuracy(network, drawn(100, 9)),
    }
    assert card["fingerprint"] == fingerprint(network) == fingerprint(network.rounded())
    log = read_log(out.with_suffix(".log.jsonl"))
    assert [line["epoch"] for line in log] == [1, 2, 3, 4, 5]
    assert [line["loss"] for line in log] == [epoch.loss for epoch in epochs]


def test_a_left_run_writes_the_best_so_far_and_goes_on_to_the_same_end(out, undisturbed):
    data = RunData.hold_out(RECIPE, drawn())
    with contextlib.closing(run(RECIPE, data, out)) as epochs:
        left = [next(epochs), next(epochs)]
    best = max(left, key=lambda epoch: (epoch.accuracy, epoch.number))
    written = Network.load(out)
    assert written.card["finished"] is False
    assert fingerprint(written) == fingerprint(best.network.rounded())
    rest = whole_run(out, resume=True)
    assert [epoch.number for epoch in rest] == [3, 4, 5]
    assert rest[0].seconds > left[-1].seconds
    assert rest[0].core_seconds > left[-1].core_seconds > 0
    end = Network.load(out)
    assert fingerprint(end) == fingerprint(undisturbed)
    assert end.card["finished"] is True
    assert len(read_log(out.with_suffix(".log.jsonl"))) == 5


def test_leaving_keeps_the_best_and_not_the_last(out, monkeypatch):
    scores = iter([0.5, 0.9, 0.7, 0.7, 0.7, 0.7])
    monkeypatch.setattr("model.training.accuracy", lambda *_: next(scores))
    epochs = run(RECIPE, RunData.hold_out(RECIPE, drawn()), out)
    three = [next(epochs) for _ in range(3)]
    epochs.close()
    written = Network.load(out)
    assert fingerprint(written) == fingerprint(three[1].network.rounded())
    assert (written.card["epochs"], written.card["finished"]) == (2, False)


def test_the_test_images_are_looked_at_only_at_the_end(out):
    data = RunData.hold_out(RECIPE, drawn(), test=drawn(100, 9))
    with contextlib.closing(run(RECIPE, data, out)) as epochs:
        next(epochs)
    assert list(Network.load(out).card["scores"]) == ["validation"]
    whole_run(out, data=data, resume=True)
    assert list(Network.load(out).card["scores"]) == ["validation", "test"]


def test_without_validation_the_last_is_kept(out):
    recipe = replace(RECIPE, held_out=0)
    epochs = run(recipe, RunData.hold_out(recipe, drawn()), out)
    two = [next(epochs), next(epochs)]
    epochs.close()
    written = Network.load(out)
    assert fingerprint(written) == fingerprint(two[1].network.rounded())
    assert written.card["scores"] == {}
    whole_run(out, recipe, resume=True)
    assert Network.load(out).card["finished"] is True


LONG = 20_000
"""Epochs: more than a process gets done before it is stopped, however busy the machine is."""

SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored under a shell's "&" else
sys.path[:0] = sys.argv[2:]
import contextlib, test_runs
from pathlib import Path
recipe = test_runs.replace(test_runs.RECIPE, epochs=test_runs.LONG)
data = test_runs.RunData.hold_out(recipe, test_runs.drawn())
with contextlib.closing(test_runs.run(recipe, data, Path(sys.argv[1]), threads=1)) as epochs:
    for epoch in epochs:
        print(epoch.number, flush=True)
"""


def started(out):
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(out), str(here), str(here.parent.parent)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )


def test_killed_at_any_moment_it_goes_on_to_the_same_end(out):
    """The log and the checkpoint of a real process killed in its work, then two more sittings."""
    process = started(out)
    for _ in range(3):
        process.stdout.readline()
    time.sleep(0.02)  # somewhere in an epoch, a checkpoint or the log
    process.kill()
    process.communicate()
    assert not out.exists()
    recipe = replace(RECIPE, epochs=LONG)
    data = RunData.hold_out(recipe, drawn())
    at = Checkpoint.load(out.with_suffix(".checkpoint.npz"), before_training(recipe, data))
    assert at.epoch >= 3
    resumed = run(recipe, data, out, resume=True, threads=1)
    onward = [next(resumed) for _ in range(2)]
    undisturbed = run(recipe, data, out.with_name("other.npz"), threads=1)
    *_, same = (next(undisturbed) for _ in range(at.epoch + 2))
    assert fingerprint(onward[-1].network) == fingerprint(same.network)
    numbers = [line["epoch"] for line in read_log(out.with_suffix(".log.jsonl"))]
    assert numbers == list(range(1, at.epoch + 3))


def test_ctrl_c_writes_the_best_so_far(out):
    process = started(out)
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    card = Network.load(out).card
    assert card["finished"] is False
    assert card["epochs"] >= 3


def test_a_log_line_cut_off_by_a_kill_is_written_again(out, undisturbed):
    with contextlib.closing(run(RECIPE, RunData.hold_out(RECIPE, drawn()), out)) as epochs:
        next(epochs)
        next(epochs)
    log = out.with_suffix(".log.jsonl")
    log.write_text(log.read_text() + json.dumps({"epoch": 3, "loss": 0}) + "\n" + '{"epo')
    whole_run(out, resume=True)
    lines = read_log(log)
    assert [line["epoch"] for line in lines] == [1, 2, 3, 4, 5]
    assert lines[2]["loss"] > 0
    assert fingerprint(Network.load(out)) == fingerprint(undisturbed)


def test_a_full_disk_loses_nothing(out, undisturbed, monkeypatch):
    real = np.savez
    calls = []

    def full_at_the_third(*args, **arrays):
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(*args, **arrays)

    monkeypatch.setattr(np, "savez", full_at_the_third)
    with pytest.raises(OSError, match="No space"):
        whole_run(out)
    whole_run(out, resume=True)
    assert fingerprint(Network.load(out)) == fingerprint(undisturbed)
    assert sorted(os.listdir(out.parent)) == ["bars.log.jsonl", "bars.npz"]


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
def test_a_diverged_run_leaves_the_old_weights(out):
    whole_run(out)
    before = out.read_bytes()
    with pytest.raises(Diverged):
        whole_run(out, replace(RECIPE, rate=1e30))
    assert out.read_bytes() == before


def test_only_the_same_run_goes_on(out):
    with pytest.raises(WrongCheckpoint, match="no unfinished run"):
        whole_run(out, resume=True)
    data = RunData.hold_out(RECIPE, drawn())
    with contextlib.closing(run(RECIPE, data, out)) as epochs:
        next(epochs)
    with pytest.raises(WrongCheckpoint, match="another recipe"):
        whole_run(out, replace(RECIPE, rate=0.2), resume=True)
    with pytest.raises(WrongCheckpoint, match="another data"):
        whole_run(out, data=RunData.hold_out(RECIPE, drawn(seed=1)), resume=True)
    checkpoint = out.with_suffix(".checkpoint.npz")
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(WrongCheckpoint, match="damaged"):
        whole_run(out, resume=True)


def test_what_killed_runs_left_behind_is_cleared_away(out):
    out.parent.mkdir()
    for name in ("bars.npz", "bars.checkpoint.npz", "bars.log.jsonl"):
        (out.parent / f".{name}.a1b2c3d4").write_bytes(b"half")
    kept = out.parent / ".bars.npz.keep"
    kept.touch()
    whole_run(out)
    assert sorted(os.listdir(out.parent)) == [".bars.npz.keep", "bars.log.jsonl", "bars.npz"]


def test_without_resume_it_starts_anew(out, undisturbed):
    with contextlib.closing(run(RECIPE, RunData.hold_out(RECIPE, drawn()), out)) as epochs:
        next(epochs)
    assert len(whole_run(out)) == 5
    assert fingerprint(Network.load(out)) == fingerprint(undisturbed)
    assert len(read_log(out.with_suffix(".log.jsonl"))) == 5


def test_eleven_outputs_where_any_data_knows_no_digit():
    eleven = Dataset(np.zeros((3, 28, 28), np.uint8), np.full(3, 10, np.uint8), classes=11)
    assert RunData.hold_out(RECIPE, drawn()).outputs == 10
    assert RunData.hold_out(RECIPE, drawn(), [(eleven, 0.1)]).outputs == 11
