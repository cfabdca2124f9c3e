"""The methods of the Bot API that write, edit and delete messages.

Each function takes the State, locked, and the Request, returns the `result` of the method, and
raises ApiError as Telegram refuses.
"""

import itertools
from dataclasses import replace
from typing import Any

from tests.bot_api.errors import ApiError, bad_request
from tests.bot_api.files import MOST_FROM_BOT, check_photo_of_bot
from tests.bot_api.markup import MOST_OF_CAPTION, MOST_OF_TEXT, check_keyboard, read_text
from tests.bot_api.messages import Message, Version
from tests.bot_api.requests import Request
from tests.bot_api.state import State

ACTIONS = {"typing", "upload_photo", "upload_document", "choose_sticker", "find_location"}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
_albums = itertools.count(13_500_000_000_000_000)


def send_message(state: State, request: Request) -> Any:
    """Write a text of 1-4096 characters."""
    return _send(state, request, _text_version(request))


def send_photo(state: State, request: Request) -> Any:
    """Send a picture: an upload or the file_id of an earlier one."""
    return _send(state, request, _media_version(state, request, "photo", request.parameters))


def send_document(state: State, request: Request) -> Any:
    """Send a file."""
    return _send(state, request, _media_version(state, request, "document", request.parameters))


def send_media_group(state: State, request: Request) -> Any:
    """Send an album of 2-10 photos or documents."""
    media = request.parameters.get("media")
    if not isinstance(media, list) or not 2 <= len(media) <= 10:
        raise bad_request("media must be an array of 2-10 items")
    versions = [_media_version(state, request, item.get("type", ""), item) for item in media]
    group = str(next(_albums))
    return [_send(state, request, version, media_group_id=group) for version in versions]


def send_chat_action(state: State, request: Request) -> Any:
    """Show "typing…"; a test reads it in the log of calls."""
    state.chat(request.integer("chat_id"))
    if request.string("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def edit_message_text(state: State, request: Request) -> Any:
    """Replace a text; the keyboard goes unless it is sent again."""
    message = _message_to_edit(state, request)
    if message.now.kind != "text":
        raise bad_request("there is no text in the message to edit")
    return _edit(state, message, _text_version(request))


def edit_message_caption(state: State, request: Request) -> Any:
    """Replace the caption; the keyboard goes unless it is sent again."""
    message = _message_to_edit(state, request)
    if message.now.kind == "text":
        raise bad_request("there is no caption in the message to edit")
    caption = _caption(request.parameters)
    return _edit(state, message, replace(message.now, **caption, **_keyboard(request)))


def edit_message_media(state: State, request: Request) -> Any:
    """Replace picture and caption, or turn a text into a picture."""
    message = _message_to_edit(state, request)
    media = request.parameters.get("media")
    if not isinstance(media, dict):
        raise bad_request("can't parse InputMedia")
    return _edit(state, message, _media_version(state, request, media.get("type", ""), media))


def edit_message_reply_markup(state: State, request: Request) -> Any:
    """Replace the keyboard, or take it away."""
    message = _message_to_edit(state, request)
    return _edit(state, message, replace(message.now, **_keyboard(request)))


def delete_message(state: State, request: Request) -> Any:
    """Delete a message; in a private chat also the sender's."""
    message = state.find_message(request.integer("chat_id"), request.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if not message.by_bot and message.chat_id < 0:
        raise bad_request("message can't be deleted")
    message.deleted = True
    return True


def _send(state: State, request: Request, version: Version, **more: Any) -> dict[str, Any]:
    """Put a message of the bot into the chat, as a reply if asked to."""
    chat_id = request.integer("chat_id")
    state.chat(chat_id)
    reply_to = _reply_target(state, request, chat_id)
    return state.add_message(chat_id, state.me, version, reply_to, **more).as_json()


def _reply_target(state: State, request: Request, chat_id: int) -> Message | None:
    reply = request.parameters.get("reply_parameters")
    if not isinstance(reply, dict):
        return None
    target = state.find_message(int(reply.get("chat_id", chat_id)), int(reply["message_id"]))
    if target is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return target


def _message_to_edit(state: State, request: Request) -> Message:
    message = state.find_message(request.integer("chat_id"), request.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.by_bot:
        raise bad_request("message can't be edited")
    return message


def _edit(state: State, message: Message, version: Version) -> dict[str, Any]:
    if version == message.now:
        raise bad_request(NOT_MODIFIED)
    state.edit_message(message, version)
    return message.as_json()


def _keyboard(request: Request) -> dict[str, Any]:
    return {"reply_markup": check_keyboard(request.parameters.get("reply_markup"))}


def _text_version(request: Request) -> Version:
    text, entities = read_text(request.string("text"), request.string("parse_mode"), MOST_OF_TEXT)
    if not text.strip():
        raise bad_request("message text is empty")
    entities = entities or request.parameters.get("entities") or []
    return Version("text", text, tuple(entities), **_keyboard(request))


def _caption(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return text and entities of a Version from the caption of a request or an InputMedia."""
    caption, parse_mode = parameters.get("caption") or "", parameters.get("parse_mode") or ""
    text, entities = read_text(str(caption), str(parse_mode), MOST_OF_CAPTION)
    entities = entities or parameters.get("caption_entities") or []
    return {"text": text, "entities": tuple(entities)}


def _media_version(state: State, request: Request, kind: str, described: dict[str, Any]) -> Version:
    """Build the Version of a photo or document from a request or an InputMedia."""
    if kind not in ("photo", "document"):
        raise bad_request("type of file mismatch")
    given = described.get("media", described.get(kind, f"attach://{kind}"))
    name = str(given).removeprefix("attach://")
    upload = request.files.get(name) if name != given else None
    if upload is not None:
        media, data, file_name = _store(state, kind, upload.data, upload.file_name)
    elif (known := state.files.find(str(given))) is not None:
        data, file_name = known.data, known.name if kind == "document" else ""
        media = state.files.find_photo(known.file_id) if kind == "photo" else known.as_json()
    else:
        raise bad_request("wrong file identifier/HTTP URL specified")
    more = _caption(described) | _keyboard(request)
    return Version(kind, media=media, data=data, file_name=file_name, **more)


def _store(state: State, kind: str, data: bytes, name: str) -> tuple[Any, bytes, str]:
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > MOST_FROM_BOT:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo":
        check_photo_of_bot(data)
        return state.files.add_photo(data), data, ""
    return state.files.add("documents", data, name).as_json() | {"file_name": name}, data, name
