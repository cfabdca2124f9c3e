"""An exported ZIP of folders as Hugging Face's `datasets` opens it; skipped where that isn't there.

It brings half a gigabyte of others along, so it is no part of what `make test` installs:
`make test-datasets` has an environment of its own for it.
"""

from pathlib import Path

import numpy as np
import pytest

from model.database import Database
from model.export import save_export
from model.labels import label_sample
from model.samples import find_kept_sample
from model.tables import Labeller, Split
from model.versions import freeze_version
from tests.filling import Store


@pytest.fixture
def archive(database: Database, store: Store, tmp_path: Path) -> Path:
    """Three samples of two people; the second was read as 3 and is a 7."""
    store.photo(store.contributor(5, split=Split.TRAIN), [1, 3])
    store.photo(store.contributor(6, split=Split.TEST), [2])
    with database.write() as session:
        for sample_id, label in ((1, 1), (2, 7), (3, 2)):
            label_sample(session, find_kept_sample(session, sample_id), label, Labeller.SENDER)
        freeze_version(session)
    path = tmp_path / "digitbot-v1.folders.zip"
    save_export(database, path, "folders", 1)
    return path


def test_datasets_opens_it(
    archive: Path, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="make test-datasets installs it")
    found = datasets.load_dataset(
        "imagefolder", data_files=str(archive), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert found["label"] == [1, 7, 2]
    assert found["predicted"] == [1, 3, 2]
    assert found["split"] == ["train", "train", "test"]
    with database.read() as session:
        for number, picture in enumerate(found["image"], 1):
            pixels = np.frombuffer(find_kept_sample(session, number).pixels, np.uint8)
            assert (np.asarray(picture) == pixels.reshape(28, 28)).all()
