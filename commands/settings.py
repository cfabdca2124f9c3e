"""What every command needs: the settings, and what to say without a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.settings import Settings


ASK_BOTFATHER = (
    "in Telegram, send /newbot to @BotFather and put the token it gives you into .env as "
    "TELEGRAM_BOT_TOKEN=…"
)


def settings_of_run() -> Settings:
    """Return the settings; see the table in the README."""
    from model.settings import read_settings

    return read_settings()
