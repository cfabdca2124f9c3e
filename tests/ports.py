"""Ports for servers that a test starts, and that nobody else takes meanwhile.

They lie below those that systems give to outgoing connections, and each process of pytest-xdist
has some of its own: a port that was free a moment ago still is, during an outage too.
"""

import itertools
import os
import random
import socket

SHARE = 1500
FIRST = 20_000 + SHARE * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8)
_ports = itertools.cycle(random.SystemRandom().sample(range(FIRST, FIRST + SHARE), SHARE))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens at."""
    for port in itertools.islice(_ports, SHARE):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue  # taken
            return port
    raise OSError("no free port for a test")
