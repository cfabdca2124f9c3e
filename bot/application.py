"""Puts the bot together and runs it until it is told to stop.

    poller or webhook -> inbox -> worker -> handlers -> conversation -> delivery

There is no `telegram.ext.Application`: with its updater off and an order of our own, nothing of it
would be left to use. The library's Bot and its types do the talking, over `bot/http_client.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError
from telegram import Bot
from telegram.error import TelegramError

from bot.handlers import Handlers
from bot.introduction import introduce
from bot.later import Later
from bot.polling import Poller, Trouble
from bot.reading import Readers
from bot.redaction import redacted_logs, redactor
from bot.shared_inbox import SharedInbox, Stored
from bot.telegram_bot import WANTED, RawBot, make_bot
from bot.tidying import keep_tidy
from bot.timing import DEFAULT_TIMING, Timing
from bot.webhook import Webhook, webhook_server
from bot.worker import Worker
from model.database import Database
from model.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")


async def serve(
    settings: Settings,
    database: Database,
    readers: Readers,
    stop: asyncio.Event,
    timing: Timing = DEFAULT_TIMING,
) -> None:
    """Serve until `stop` is set."""
    redact = redactor(settings)
    with redacted_logs(redact):
        bot = make_bot(settings, timing)
        serving = asyncio.create_task(serve_bot(settings, database, readers, bot, timing, redact))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        log.info("The bot has stopped.")


async def serve_bot(
    settings: Settings,
    database: Database,
    readers: Readers,
    bot: RawBot,
    timing: Timing,
    redact: Callable[[str], str],
) -> None:
    """Serve until cancelled."""
    async with aclosing(bot), asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_tidy(database, timing.tidy, settings.keep_originals_days))
        me = await until_it_works(bot.get_me, timing)
        log.info("The bot is @%s.", me.username)
        tasks.create_task(introduce(bot))
        handlers = Handlers(bot, me.username or "", database, readers, timing, settings)
        shared = SharedInbox(database, handlers.conversation.bot_id, timing.lease)
        worker = Worker(handlers, shared, timing, redact)
        await until_it_works(worker.sign_on, timing)
        try:
            tasks.create_task(worker.run())
            if settings.webhook_url is None:
                await until_it_works(bot.delete_webhook, timing)
                await Poller(bot, shared, timing, worker.take_in).run()
            else:
                await serve_webhook(settings, shared, bot, timing, worker)
        finally:
            await worker.close()


async def serve_webhook(
    settings: Settings, shared: SharedInbox, bot: Bot, timing: Timing, worker: Worker
) -> None:
    """Take updates by webhook until cancelled."""
    loop = asyncio.get_running_loop()

    later = Later(bot)

    def hand_on(stored: Stored) -> None:
        loop.call_soon_threadsafe(worker.take_in, stored)
        loop.call_soon_threadsafe(later.over)

    def put_off(update: Any) -> None:
        asyncio.run_coroutine_threadsafe(later.tell([update]), loop)

    async def register() -> bool:
        return await bot.set_webhook(url, secret_token=secret, allowed_updates=WANTED)

    url, secret = settings.webhook_url or "", settings.webhook_secret or ""
    webhook = Webhook(shared, secret, hand_on, put_off)
    with webhook_server(webhook, settings.webhook_host, settings.webhook_port):
        await until_it_works(register, timing)
        log.info("Updates come by webhook.")
        await asyncio.Event().wait()


async def until_it_works(call: Callable[[], Awaitable[T]], timing: Timing) -> T:
    """Call Telegram, or the database, until it answers, with growing pauses."""
    trouble = Trouble(timing)
    while True:
        try:
            answer = await call()
        except (TelegramError, OperationalError) as error:
            await trouble.wait(error)
        else:
            trouble.over()
            return answer
