"""How long the bot waits for what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds, but for `attempts`, `downloads` and `long_queue`; tests make them small."""

    long_poll: int = 30
    """How long Telegram holds a request for updates open."""
    request: float = 15.0
    """For the answer to a call, beyond the long poll."""
    download: float = 30.0
    """For a whole file."""
    working: float = 0.4
    """Before the sender of a photo is shown that it is being worked on."""
    first_pause: float = 1.0
    """Before the second try of anything; it doubles with each further one."""
    longest_pause: float = 15.0
    """Between tries while the network or Telegram is down."""
    refused_pause: float = 60.0
    """Between tries, at most, while Telegram refuses the token or another bot polls."""
    attempts: int = 5
    """How often the handling of an update may fail before it is set aside."""
    downloads: int = 40
    """How often a file may not come, before its update is set aside: ten minutes and more. It is
    the file's own trouble or that of all files, and which one nobody can tell."""
    album: float = 1.5
    """For more photos of an album, after the last one, before it is answered."""
    long_queue: int = 100
    """Chats with something to do; who comes after more of them is told so."""
    rescan: float = 10.0
    """Between looks for waiting updates that nobody told of, as after `Try again`."""
    lease: float = 10.0
    """After its last sign of life, before a worker's chats are taken up by others."""
    share: float = 0.1
    """Between looks for chats that nobody serves, where there are several workers."""
    tidy: float = 600.0
    """Between rounds of deleting what is over."""
    grace: float = 3.0
    """For what is under way when the bot is told to stop."""

    def pauses(self, longest: float | None = None) -> Iterator[float]:
        """Yield growing pauses, without end."""
        pause = self.first_pause
        longest = self.longest_pause if longest is None else longest
        while True:
            yield min(pause, longest)
            pause = min(2 * pause, longest)


DEFAULT_TIMING = Timing()
