"""Weights that somebody promotes elsewhere are read with at once, by a bot that runs on."""

import subprocess
import sys
import time

from sqlalchemy import select

from model.database import Database
from model.promotions import LOOK_AGAIN, keep_weights, write_network
from model.recognizer import Recognizer
from model.settings import PROJECT
from model.tables import Prediction
from tests.bot.chosen_reader import WEIGHTS, made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi

PROMOTE = """
import sys
from model.database import Database
from model.promotions import find_weights, promote
with Database(sys.argv[1]).write() as session:
    promote(session, find_weights(session, sys.argv[2]))
"""


def test_a_running_bot_switches_within_a_second(
    api: BotApi, database: Database, recognizer: Recognizer
):
    with database.write() as session:
        fingerprint = keep_weights(session, write_network(recognizer.network)).fingerprint
    ann = api.sender(name="Ann")
    with RunningBot(api, database).running():
        ann.wait_answer(to=ann.photo(made_photo("7")))
        assert read_by(database) == [WEIGHTS]
        code = [sys.executable, "-c", PROMOTE, database.url, fingerprint]
        subprocess.run(code, check=True, cwd=PROJECT)  # another process
        assert LOOK_AGAIN < 1
        time.sleep(LOOK_AGAIN)
        ann.wait_answer(to=ann.photo(made_photo("7", serial=1)))
    assert read_by(database) == [WEIGHTS, fingerprint]


def read_by(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Prediction.weights).order_by(Prediction.id)))
