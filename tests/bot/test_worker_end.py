"""A worker ends when it is told to, whatever happens at that moment."""

import asyncio
from typing import Any, cast

import pytest

from bot.shared_inbox import SharedInbox
from bot.worker import Worker
from model.database import Database
from tests.bot.timing import FAST
from tests.patience import PATIENCE


@pytest.mark.parametrize("steps", range(4))
def test_one_that_is_woken_at_the_moment_it_is_told_to_end_ends(
    database: Database, steps: int
) -> None:
    """As the last chat of a full room is served; `steps` of the event loop lie between the two."""

    async def wake_and_end() -> bool:
        shared = SharedInbox(database, 1, FAST.lease)
        worker = Worker(cast(Any, None), shared, FAST, str)  # it has nothing to handle
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(0.2)
        worker._look.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running], timeout=PATIENCE / 2)
        return running.cancelled()

    assert asyncio.run(asyncio.wait_for(wake_and_end(), PATIENCE))
