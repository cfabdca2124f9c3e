import asyncio
import os
import signal

import pytest

from commands.signals import stopped_by_signals
from tests.bot.bot_process import FORKING
from tests.patience import PATIENCE


async def be_told_to_stop(number: signal.Signals) -> None:
    with stopped_by_signals() as stop:
        os.kill(os.getpid(), number)  # while things still start
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), PATIENCE)
        os.kill(os.getpid(), number)  # while they are put away


def run(number: signal.Signals) -> None:
    asyncio.run(be_told_to_stop(number))
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_heard_from_the_start_and_more_of_them_do_nothing(
    number: signal.Signals,
) -> None:
    process = FORKING.Process(target=run, args=(number,))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0
