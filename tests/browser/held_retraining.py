"""python -m tests.browser.held_retraining NUMBER: a retraining whose epochs wait to be let go.

All else is as it is in use, the process too. A test can look at each state for as long as it
needs, on a machine of any speed; a file for each epoch, in the folder HELD_IN, lets it go.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from model.dataset import Dataset
from model.network import Network
from model.replay import Replay
from model.retraining import learning, run
from model.settings import read_settings
from tests.patience import wait_until

FOLDER = "HELD_IN"


def learn_held(network: Network, collected: Dataset, replay: Replay) -> Iterator[learning.Lap]:
    """Learn as ever, but hand each epoch over only when it is let go."""
    for lap in learning.learn(network, collected, replay):
        wait_until((Path(os.environ[FOLDER]) / str(lap.number)).exists)
        yield lap


if __name__ == "__main__":
    learning.OLD = learning.POOL = 1000  # what is learned is no matter here
    run.learn = learn_held
    run.carry_out(read_settings(), int(sys.argv[1]))
