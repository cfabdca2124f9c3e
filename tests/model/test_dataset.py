import gzip
import hashlib
import struct
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from model import dataset
from model.dataset import (
    Dataset,
    NoDownload,
    WrongDataset,
    concatenate,
    fetch_mnist,
    load_idx,
    load_mnist,
)


def made(count=20, classes=10, seed=0, **more):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return Dataset(images, (np.arange(count) % classes).astype(np.uint8), classes=classes, **more)


def idx(array):
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@pytest.fixture
def mnist(tmp_path):
    """A folder with four files like MNIST's, small, the test ones as .gz."""
    for name, data in (("train", made(20)), ("t10k", made(10, seed=1))):
        for kind, array in (("images-idx3", data.images), ("labels-idx1", data.labels)):
            content = idx(array)
            path = tmp_path / f"{name}-{kind}-ubyte"
            if name == "train":
                path.write_bytes(content)
            else:
                path.with_name(path.name + ".gz").write_bytes(gzip.compress(content))
    return tmp_path


def test_inputs_are_rows_from_0_to_1():
    data = made()
    assert data.inputs.shape == (20, 784)
    assert data.inputs.dtype == np.float32
    assert (np.rint(data.inputs * 255) == data.images.reshape(20, -1)).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"images": np.zeros((20, 28, 27), np.uint8)}, "N x 28 x 28"),
        ({"images": np.zeros((20, 28, 28))}, "float64"),
        ({"images": np.zeros((19, 28, 28), np.uint8)}, "19 images but 20 labels"),
        ({"labels": np.zeros(20, np.int64)}, "int64"),
        ({"labels": np.full(20, 10, np.uint8)}, "0 to 9, one is 10"),
        ({"labels": np.zeros((20, 1), np.uint8)}, "20 x 1"),
        ({"splits": np.array(["train"] * 19)}, "splits"),
        ({"splits": np.array(["exam"] * 20)}, "train, validation, test"),
    ],
)
def test_wrong_arrays_are_named(change, says):
    good = made()
    parts = {"images": good.images, "labels": good.labels, "source": "mine.npz"} | change
    with pytest.raises(WrongDataset, match=says) as caught:
        Dataset(**parts)
    assert "mine.npz" in str(caught.value)


def test_eleven_classes_allow_no_digit():
    assert made(22, classes=11).labels.max() == 10


def test_save_and_load(tmp_path):
    data = made(splits=np.array(["train", "test"] * 10))
    data.save(tmp_path / "export.npz")
    again = Dataset.load(tmp_path / "export.npz")
    assert (again.images == data.images).all()
    assert again.fingerprint == data.fingerprint
    assert len(again.part("train")) == len(again.part("test")) == 10
    assert len(again.part("validation")) == 0


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_export_is_named(tmp_path, content):
    path = tmp_path / "export.npz"
    path.write_bytes(content)
    with pytest.raises(WrongDataset, match=str(path)):
        Dataset.load(path)


def test_an_export_without_labels_is_named(tmp_path):
    np.savez(tmp_path / "export.npz", images=made().images)
    with pytest.raises(WrongDataset, match="labels"):
        Dataset.load(tmp_path / "export.npz")


@pytest.mark.parametrize("name", ["images", "labels", "splits"])
def test_an_export_with_something_else_than_an_array_is_named(tmp_path, name):
    path = tmp_path / "export.npz"
    made(splits=np.array(["train", "test"] * 10)).save(path)
    with zipfile.ZipFile(path) as whole:
        parts = {part: whole.read(part) for part in whole.namelist()}
    with zipfile.ZipFile(path, "w") as changed:
        for part, content in parts.items():
            if part == f"{name}.npy":
                changed.writestr(name, "no array")
            else:
                changed.writestr(part, content)
    with pytest.raises(WrongDataset, match=f"{name} as an array"):
        Dataset.load(path)


def test_a_missing_export_is_named(tmp_path):
    with pytest.raises(WrongDataset, match=r"missing\.npz"):
        Dataset.load(tmp_path / "missing.npz")


def test_a_split_holds_out_each_image_once():
    data = made(30)
    rest, held = data.split(7, np.random.default_rng(0))
    assert (len(rest), len(held)) == (23, 7)
    together = concatenate([rest, held])
    assert sorted(map(bytes, together.images)) == sorted(map(bytes, data.images))
    assert {image.tobytes() for image in held.images} != {
        image.tobytes() for image in data.images[:7]
    }
    again = data.split(7, np.random.default_rng(0))[1]
    assert again.fingerprint == held.fingerprint
    with pytest.raises(WrongDataset):
        data.split(31, np.random.default_rng(0))


def test_concatenation_takes_the_most_classes():
    both = concatenate([made(20), made(22, classes=11)])
    assert (len(both), both.classes, both.splits) == (42, 11, None)


# --- MNIST's own format


def test_mnist_is_read_plain_and_packed(mnist):
    train, test = load_mnist(mnist)
    assert train.fingerprint == made(20).fingerprint
    assert test.fingerprint == made(10, seed=1).fingerprint


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda b: b[:3] + b"\x01" + b[4:], "00000803"),
        (lambda b: b[:2] + b"\x0d" + b[3:], "uint8"),
        (lambda b: b[:-1], "15695 bytes where its sizes ask for 15696"),
        (lambda b: b + b"\0", "15697"),
        (lambda b: b[:9], "cut off"),
        (lambda b: b"", "nothing"),
        (lambda b: gzip.compress(b)[:-20], "can't be read"),
        (lambda b: struct.pack(">IIII", 0x803, 20, 14, 56) + b[16:], "28 x 28"),
        (lambda b: struct.pack(">IIII", 0x803, 2**31, 2**31, 2**31) + b[16:], "ask for"),
    ],
)
def test_bad_image_files_are_named(mnist, damage, says):
    path = mnist / "train-images-idx3-ubyte"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(WrongDataset, match=says) as caught:
        load_mnist(mnist)
    assert path.name in str(caught.value)


def test_bad_labels_are_named(mnist):
    images, labels = mnist / "train-images-idx3-ubyte", mnist / "train-labels-idx1-ubyte"
    labels.write_bytes(idx(np.full(20, 10, np.uint8)))
    with pytest.raises(WrongDataset, match=r"labels-idx1-ubyte: expected 0 to 9, found 10"):
        load_idx(images, labels)
    assert load_idx(images, labels, classes=11).labels.max() == 10
    labels.write_bytes(idx(np.zeros(19, np.uint8)))
    with pytest.raises(WrongDataset, match=r"20 images but .*19 labels"):
        load_idx(images, labels)
    with pytest.raises(WrongDataset, match="no such file"):
        load_idx(images, mnist / "missing")
    with pytest.raises(WrongDataset, match="00000801"):
        load_idx(images, images)


def test_a_missing_file_of_mnist_is_named(mnist):
    (mnist / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(WrongDataset, match="t10k-labels"):
        load_mnist(mnist)


# --- the download, from a server on this machine


@pytest.fixture
def server(mnist, monkeypatch):
    checksums = {}
    for name in dataset.MNIST_FILES:
        path = mnist / name
        packed = path.with_name(f"{name}.gz")
        if path.exists():
            packed.write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
        checksums[name] = hashlib.sha256(packed.read_bytes()).hexdigest()
    monkeypatch.setattr(dataset, "MNIST_FILES", checksums)
    requests = []

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(mnist))

        def log_message(self, _format, *args):
            requests.append(args[0])

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/", requests
        http.shutdown()
        thread.join()


def test_mnist_is_downloaded_once(server, tmp_path_factory):
    url, requests = server
    cache = tmp_path_factory.mktemp("cache")
    train, _ = fetch_mnist(cache, [url])
    assert train.fingerprint == made(20).fingerprint
    fetch_mnist(cache, [url])
    assert sum("200" in line or "GET" in line for line in requests) == 4


def test_a_damaged_file_is_downloaded_again(server, tmp_path_factory):
    url, _ = server
    cache = tmp_path_factory.mktemp("cache")
    fetch_mnist(cache, [url])
    (cache / "t10k-labels-idx1-ubyte.gz").write_bytes(b"cut off")
    assert len(fetch_mnist(cache, [url])[1]) == 10


def test_the_second_mirror_helps(server, tmp_path_factory):
    url, _ = server
    cache = tmp_path_factory.mktemp("cache")
    assert len(fetch_mnist(cache, ["http://127.0.0.1:9/", url])[0]) == 20


def test_no_mirror_is_said_in_a_sentence(mnist, server, tmp_path_factory):
    url, _ = server
    with pytest.raises(NoDownload, match="--mnist"):
        fetch_mnist(tmp_path_factory.mktemp("cache"), ["http://127.0.0.1:9/"])
    (mnist / "t10k-images-idx3-ubyte.gz").write_bytes(b"something else")
    with pytest.raises(NoDownload, match="checksum"):
        fetch_mnist(tmp_path_factory.mktemp("cache"), [url])
