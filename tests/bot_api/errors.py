"""How the Bot API says no."""

from typing import Any


class ApiError(Exception):
    """A refusal of the Bot API: HTTP `status`, `description`, and Telegram's extra `parameters`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """Return the body that Telegram sends with this refusal."""
        body = {"ok": False, "error_code": self.status, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(reason: str) -> ApiError:
    """Return the refusal of a request that breaks a rule."""
    return ApiError(400, f"Bad Request: {reason}")


def conflict(reason: str) -> ApiError:
    """Return the refusal of the second of two who want the updates."""
    return ApiError(409, f"Conflict: {reason}")
