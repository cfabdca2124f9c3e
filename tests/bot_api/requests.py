"""The body of a call, in the three ways a client may write it: JSON, urlencoded, multipart."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.bot_api.errors import bad_request

# Values of these stay the text they are, even if they read as JSON: "407" is a fine message.
TEXTS = {
    "text",
    "caption",
    "callback_query_id",
    "secret_token",
    "description",
    "short_description",
    "url",
}


@dataclass(frozen=True)
class Upload:
    """A file that came with the request."""

    file_name: str
    data: bytes


@dataclass
class Request:
    """One call of the bot: the method as written, its parameters, the files uploaded with it."""

    method: str
    parameters: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    def string(self, name: str) -> str:
        """Return the parameter as text, "" where it is missing."""
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return the parameter as a whole number; like Telegram, the default where it is none."""
        try:
            return int(self.parameters.get(name, default))
        except (TypeError, ValueError):
            return default


def read_request(method: str, query: str, content_type: str, body: bytes) -> Request:
    """Parse the parameters of a call from the address and the body; raises ApiError (400)."""
    values: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    files: dict[str, Upload] = {}
    if content_type.startswith("application/json") and body:
        values |= _read_json(body)
    elif content_type.startswith("multipart/form-data"):
        fields, files = _read_multipart(content_type, body)
        values |= fields
    else:
        values |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    parameters = {name: _decode(name, value) for name, value in values.items()}
    return Request(method, parameters, files)


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise bad_request("can't parse request: invalid JSON object")
    return values


def _read_multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        raise bad_request("boundary of the multipart body is missing")
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        names = dict(re.findall(r'(name|filename)="([^"]*)"', head.decode(errors="replace")))
        if "filename" in names:
            files[names["name"]] = Upload(names["filename"], data)
        else:
            fields[names["name"]] = data.decode(errors="replace")
    return fields, files


def _decode(name: str, value: Any) -> Any:
    """Turn "5", "true" and "{...}" of a form into what they mean."""
    if name in TEXTS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
