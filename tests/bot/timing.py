"""The bot's patience: short between tries, long with what merely takes its time."""

from dataclasses import replace

from bot.timing import Timing
from tests.patience import PATIENCE

FAST = Timing(
    long_poll=10,
    request=PATIENCE,
    download=PATIENCE,
    working=0.1,
    first_pause=0.05,
    longest_pause=0.2,
    refused_pause=0.4,
    album=0.4,
    rescan=0.5,
    lease=1,
    grace=PATIENCE,
)

CUT_OFF = replace(FAST, grace=0.5)
"""Of a bot that is stopped in the midst of something that hangs."""
