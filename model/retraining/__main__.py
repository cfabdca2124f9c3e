"""python -m model.retraining NUMBER: carries out a retraining that is entered in the database."""

import logging
import signal
import sys

from model.retraining.run import carry_out
from model.settings import read_settings


def stop(*_: object) -> None:
    """Give up, as at Ctrl-C: the row then says so."""
    raise KeyboardInterrupt


logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
signal.signal(signal.SIGTERM, stop)
carry_out(read_settings(), int(sys.argv[1]))
