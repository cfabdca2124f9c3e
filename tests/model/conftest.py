"""What several tests of the model share."""

import pytest

from model.recognizer import Recognizer
from model.settings import PROJECT


@pytest.fixture(scope="session")
def shipped() -> Recognizer:
    """The reader with the weights that come with the product; it keeps no state."""
    return Recognizer.load(PROJECT / "weights" / "digits.npz")
