"""The methods of the Bot API that a test server needs beside messages: dispatch and the small ones.

Each function answers one method: it takes the State and the Request, returns the `result`, and
raises ApiError as Telegram refuses.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from tests.bot_api import chat_methods
from tests.bot_api.errors import ApiError, bad_request
from tests.bot_api.requests import Request
from tests.bot_api.state import State

STALE = "query is too old and response timeout expired or query ID is invalid"
MOST_OF_DESCRIPTION = 512
MOST_OF_SHORT_DESCRIPTION = 120


def answer_call(state: State, request: Request) -> Any:
    """Do what the bot asks and return the result; raises ApiError.

    Everything but getUpdates, which waits, happens under the lock: one call at a time.
    """
    method = METHODS.get(request.method.lower())
    if method is None:
        raise ApiError(404, "Not Found: method not found")
    if method is get_updates:
        return get_updates(state, request)
    with state.changed:
        result = method(state, request)
        state.changed.notify_all()
        return result


def get_me(state: State, _request: Request) -> Any:
    """Who the bot is."""
    rights = {"can_join_groups": True, "can_read_all_group_messages": False}  # privacy mode on
    return state.me | rights | {"supports_inline_queries": False}


def get_updates(state: State, request: Request) -> Any:
    """Updates by long polling; see UpdateQueue."""
    state.queue.allow(request.parameters.get("allowed_updates"))
    return state.queue.poll(
        request.integer("offset"),
        request.integer("limit", 100),
        request.integer("timeout"),
        lambda: bool(state.webhook.url),
    )


def set_webhook(state: State, request: Request) -> Any:
    """Have updates delivered by POST; an empty url is deleteWebhook."""
    if not request.string("url"):
        return delete_webhook(state, request)
    state.queue.allow(request.parameters.get("allowed_updates"))
    _drop_pending(state, request)
    most = request.integer("max_connections", 40)
    state.webhook.set(request.string("url"), request.string("secret_token"), most)
    return True


def delete_webhook(state: State, request: Request) -> Any:
    """Back to polling."""
    _drop_pending(state, request)
    state.webhook.delete()
    return True


def _drop_pending(state: State, request: Request) -> None:
    if request.parameters.get("drop_pending_updates"):
        state.queue.pending.clear()


def get_webhook_info(state: State, _request: Request) -> Any:
    """What is set, what waits, and what went wrong last."""
    return state.webhook.info()


def get_file(state: State, request: Request) -> Any:
    """The path to download a file from, up to 20 MB."""
    return state.files.get(request.string("file_id"))


def answer_callback_query(state: State, request: Request) -> Any:
    """Acknowledge a pressed button, once and in time."""
    callback = state.callbacks.get(request.string("callback_query_id"))
    if callback is None or callback.answer is not None:
        raise bad_request(STALE)
    if time.monotonic() - callback.pressed > state.callback_lifetime:
        raise bad_request(STALE)
    if len(request.string("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    callback.answer = request.parameters
    return True


def set_my_commands(state: State, request: Request) -> Any:
    """The menu of commands, per language and scope."""
    commands = request.parameters.get("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad_request("can't parse list of bot commands")
    for command in commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    state.profile["commands", _scope(request)] = commands
    return True


def get_my_commands(state: State, request: Request) -> Any:
    """What setMyCommands set for exactly this language and scope."""
    return state.profile.get(("commands", _scope(request)), [])


def _scope(request: Request) -> tuple[str, str]:
    scope = request.parameters.get("scope") or {"type": "default"}
    return request.string("language_code"), str(sorted(scope.items()))


def _describing(name: str, most: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the pair setMy… and getMy… of one description."""

    def set_description(state: State, request: Request) -> Any:
        if len(request.string(name)) > most:
            raise bad_request(f"{name.upper()}_TOO_LONG")
        state.profile[name, request.string("language_code")] = request.string(name)
        return True

    def get_description(state: State, request: Request) -> Any:
        return {name: state.profile.get((name, request.string("language_code")), "")}

    return set_description, get_description


_description = _describing("description", MOST_OF_DESCRIPTION)
_short_description = _describing("short_description", MOST_OF_SHORT_DESCRIPTION)

METHODS: dict[str, Callable[[State, Request], Any]] = {
    "getme": get_me,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "getfile": get_file,
    "answercallbackquery": answer_callback_query,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "setmydescription": _description[0],
    "getmydescription": _description[1],
    "setmyshortdescription": _short_description[0],
    "getmyshortdescription": _short_description[1],
    "sendmessage": chat_methods.send_message,
    "sendphoto": chat_methods.send_photo,
    "senddocument": chat_methods.send_document,
    "sendmediagroup": chat_methods.send_media_group,
    "sendchataction": chat_methods.send_chat_action,
    "editmessagetext": chat_methods.edit_message_text,
    "editmessagecaption": chat_methods.edit_message_caption,
    "editmessagemedia": chat_methods.edit_message_media,
    "editmessagereplymarkup": chat_methods.edit_message_reply_markup,
    "deletemessage": chat_methods.delete_message,
}
