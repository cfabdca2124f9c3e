"""The bot as a process of its own, to be killed.

python -m tests.bot.run_in_process URL TOKEN DATABASE [WEBHOOK_PORT]
"""

import logging
import sys
import time
from dataclasses import replace

from bot.application import run_bot
from model.database import Database
from model.settings import Settings
from tests.bot.chosen_reader import ChosenReader
from tests.bot.timing import CUT_OFF

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    url, token, database_url, *port = sys.argv[1:]
    settings = Settings(telegram_bot_token=token, telegram_api_url=url, database_url=database_url)
    if port:
        settings = replace(
            settings,
            webhook_url=f"http://127.0.0.1:{port[0]}/hook",
            webhook_secret="secret",
            webhook_port=int(port[0]),
        )
    run_bot(settings, Database(database_url), ChosenReader(seconds=0.02), CUT_OFF)
    time.sleep(0.3)  # as the command line, which closes the admin page
