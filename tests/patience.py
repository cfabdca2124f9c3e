"""How long a test waits for what must happen before it counts as broken."""

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds: far more than anything takes, so that no busy machine makes a test fail."""


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Look again and again until something holds; raises `AssertionError` if it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not happen within {seconds} s"
        time.sleep(0.01)
