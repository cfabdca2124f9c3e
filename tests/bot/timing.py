"""The bot's patience, shortened for tests."""

from bot.timing import Timing

FAST = Timing(
    long_poll=10,
    request=5,
    download=5,
    working=0.1,
    first_pause=0.05,
    longest_pause=0.2,
    refused_pause=0.4,
    album=0.4,
    rescan=0.5,
    grace=1,
)
