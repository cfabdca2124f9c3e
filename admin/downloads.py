"""What is being handed out now, and how far it is, for the page to show."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

SHOWN = 60.0
"""Seconds for which one that is over is still shown."""


@dataclass
class Download:
    """An export on its way to a browser."""

    version: int
    format_name: str
    total: int
    """Samples to read, each as often as the format reads it."""
    read: int = 0
    whole: bool = False
    """Whether its last byte was handed over."""
    ended: float | None = None
    """When it was over, whole or broken off."""

    def tell(self, count: int) -> None:
        """Count samples read."""
        self.read += count

    @property
    def share(self) -> float:
        """How much of it was read, 0..1."""
        return 1.0 if self.whole else min(1.0, self.read / max(1, self.total))


@dataclass
class Downloads:
    """Those of one process, the newest first."""

    known: list[Download] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, download: Download) -> None:
        """Show one that begins."""
        with self.lock:
            self.known.insert(0, download)

    def shown(self) -> list[Download]:
        """Return those on their way, and those that were over a moment ago."""
        now = time.monotonic()
        with self.lock:
            self.known = [
                each for each in self.known if each.ended is None or now - each.ended < SHOWN
            ]
            return list(self.known)
