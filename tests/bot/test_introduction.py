"""What Telegram shows of the bot: told in each language, and only when it differs."""

from typing import Any

import pytest

from bot.languages import ENGLISH, LANGUAGES
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Sender

SETTERS = ("setMyCommands", "setMyDescription", "setMyShortDescription")


@pytest.fixture(scope="session")
def known_profile() -> dict[Any, Any]:
    """Nothing: here the bot starts for the first time."""
    return {}


def told(api: BotApi, method: str) -> dict[str, object]:
    """Return what was set, by language code."""
    name = {"setMyCommands": "commands", "setMyDescription": "description"}
    calls = api.calls_of(method)
    return {
        c.parameters.get("language_code", ""): c.parameters[name.get(method, "short_description")]
        for c in calls
    }


def wait_introduced(api: BotApi, times: int) -> None:
    """Wait for the last thing that is looked up at a start, so many starts in all."""
    asked = "getMyShortDescription"
    api.wait_call(asked, lambda _: len(api.calls_of(asked)) == times * len(LANGUAGES))


def test_it_introduces_itself_in_every_language(api: BotApi, stopped_bot: RunningBot) -> None:
    with stopped_bot.running():
        for code in set(LANGUAGES) - {"en"}:
            api.wait_call(
                SETTERS[-1], lambda c, code=code: c.parameters.get("language_code") == code
            )
    everybody = {"": ENGLISH} | {c: t for c, t in LANGUAGES.items() if c != "en"}
    commands, descriptions, short = (told(api, method) for method in SETTERS)
    assert set(commands) == set(descriptions) == set(short) == set(everybody)
    for code, texts in everybody.items():
        assert [(c["command"], c["description"]) for c in commands[code]] == list(
            texts.commands.items()
        )
        assert descriptions[code] == texts.description
        assert short[code] == texts.short_description


def test_what_is_told_already_is_not_told_again(api: BotApi, stopped_bot: RunningBot) -> None:
    with stopped_bot.running():
        wait_introduced(api, 1)
        api.wait_call(SETTERS[-1], lambda c: c.parameters.get("language_code") == "de")
    before = [len(api.calls_of(method)) for method in SETTERS]
    api.state.profile["description", "de"] = "an older one"
    with stopped_bot.running():
        wait_introduced(api, 2)
    after = [len(api.calls_of(method)) for method in SETTERS]
    assert after == [before[0], before[1] + 1, before[2]]
    assert told(api, "setMyDescription")["de"] == LANGUAGES["de"].description


def test_without_an_introduction_it_works_all_the_same(
    api: BotApi, ann: Sender, stopped_bot: RunningBot
) -> None:
    api.faults.error("setMyCommands", 400, "Bad Request: whatever")
    with stopped_bot.running():
        ann.wait_answer(to=ann.photo(made_photo("7")))
