"""How often an address may ask for what costs the machine much."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable


class TooManyRequests(RuntimeError):
    """An address asks too often; `wait` seconds must pass."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Wait {wait} seconds.")
        self.wait = wait


class Throttle:
    """Lets each address ask `burst` times at once and `rate` times a second in the long run."""

    def __init__(
        self,
        rate: float,
        burst: int,
        addresses: int = 4096,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.addresses = addresses
        """How many are remembered; the one not heard of for longest is forgotten first."""
        self.clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # (requests left, when)

    def pass_or_raise(self, address: str) -> None:
        """Count one request; raises `TooManyRequests`."""
        with self._lock:
            now = self.clock()
            left, since = self._left.pop(address, (float(self.burst), now))
            left = min(self.burst, left + (now - since) * self.rate)
            allowed = left >= 1
            self._left[address] = (left - 1 if allowed else left, now)
            while len(self._left) > self.addresses:
                self._left.popitem(last=False)
        if not allowed:
            raise TooManyRequests(math.ceil((1 - left) / self.rate))
