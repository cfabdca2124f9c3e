"""Files from Telegram: whole, within their time, and no larger than Telegram hands out."""

from __future__ import annotations

import asyncio

from telegram import Bot
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.faults import BrokenDownload, DamagedDownload, SlowDownload
from bot.messages import PhotoSent, Refused

LARGEST = 20 * 1024 * 1024


async def download(bot: Bot, photo: PhotoSent, seconds: float) -> bytes:
    """Return the bytes of a photo.

    Raises `Refused` for a file that is too big, `BrokenDownload` where the files can't be reached,
    `DamagedDownload` for one that comes short, and the library's errors where nothing of Telegram
    can be reached.
    """
    if photo.size > LARGEST:
        raise Refused(lambda texts: texts.too_big)
    try:
        file = await bot.get_file(photo.file_id)
    except BadRequest as error:
        if "too big" in error.message.lower():
            raise Refused(lambda texts: texts.too_big) from error
        raise
    try:
        async with asyncio.timeout(seconds):
            data = bytes(await file.download_as_bytearray())
    except TimeoutError:
        raise SlowDownload(f"The file did not come within {seconds:g} s.") from None
    except RetryAfter:
        raise
    except TelegramError as error:  # getFile was answered just now: not all of Telegram is away
        raise BrokenDownload(f"The download broke off: {type(error).__name__}") from error
    if file.file_size is not None and len(data) != file.file_size:
        raise DamagedDownload(f"{len(data)} bytes came of {file.file_size}.")
    return data
