"""A folder of few images in MNIST's form."""

from pathlib import Path

import numpy as np


def write_mnist(folder: Path, train: int = 100, test: int = 20) -> Path:
    """Write MNIST's four files with so many images of noise, and return where."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for part, count in (("train", train), ("t10k", test)):
        images = rng.integers(0, 256, (count, 28, 28), np.uint8)
        labels = rng.integers(0, 10, count).astype(np.uint8)
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
            content = bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()
            (folder / f"{part}-{name}-ubyte").write_bytes(content)
    return folder
