"""What a process that serves does for itself."""

import subprocess
import sys

from model.settings import PROJECT

SERVE = """
import gc, weakref
from model.processes import spare_the_collector

class Ring:
    def __init__(self):
        self.me = self

loaded, garbage = [Ring() for _ in range(10_000)], Ring()
gone = weakref.ref(garbage)
del garbage
spare_the_collector()
print(gone() is None, gc.get_freeze_count() > 10_000, len(gc.get_objects()) < 1_000)
later = weakref.ref(Ring())
gc.collect()
print(later() is None)
"""


def test_what_is_loaded_is_left_alone_and_the_rest_is_still_collected() -> None:
    command = [sys.executable, "-c", SERVE]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 4
