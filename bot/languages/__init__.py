"""The languages of the bot: one file each, named by its code as in Telegram's `language_code`.

A new file here is a new language; nothing else needs to know of it.
"""

from __future__ import annotations

import importlib
import pkgutil

from bot.texts import Texts


def load_languages() -> dict[str, Texts]:
    """Return the texts of every file in this folder, by language code."""
    codes = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {code: importlib.import_module(f"{__name__}.{code}").TEXTS for code in codes}


LANGUAGES = load_languages()
ENGLISH = LANGUAGES["en"]


def texts_for(language_code: str) -> Texts:
    """Return the texts for a person whose app speaks "de" or "de-AT"; English for any other."""
    return LANGUAGES.get(language_code.lower().partition("-")[0], ENGLISH)
