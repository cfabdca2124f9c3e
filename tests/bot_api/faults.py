"""What goes wrong on demand, per method and as often as asked."""

import threading
from dataclasses import dataclass

from tests.bot_api.errors import ApiError

DOWNLOAD = "download"  # the method name under which file downloads are scripted and logged


@dataclass(eq=False)
class Fault:
    """One thing that goes wrong.

    `kind` is error, drop, lose, slow, hang, or truncate; `method` None means any; `times` how
    often it happens still, None without end; `chat_id` restricts it to one chat.
    """

    kind: str
    method: str | None
    times: int | None
    chat_id: int | None = None
    error: ApiError | None = None
    body: bytes | None = None
    seconds: float | None = None
    declared: bool = True
    hits: int = 0

    def fits(self, method: str, chat_id: int | None) -> bool:
        """Say whether this call is to suffer."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method is not None and self.method.lower() != method.lower():
            return False
        return self.chat_id is None or self.chat_id == chat_id


class Faults:
    """The faults to come. Each function returns the Fault, whose `hits` counts.

    `method` is a name of the Bot API, "download" for the download of a file, None for any call.
    """

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._faults: list[Fault] = []

    def flood(
        self,
        method: str | None,
        retry_after: int,
        times: int | None = 1,
        chat_id: int | None = None,
    ) -> Fault:
        """429 Too Many Requests with `retry_after` in seconds."""
        text = f"Too Many Requests: retry after {retry_after}"
        error = ApiError(429, text, retry_after=retry_after)
        return self._add(Fault("error", method, times, chat_id, error=error))

    def error(
        self,
        method: str | None,
        status: int = 500,
        description: str = "Internal Server Error",
        times: int | None = 1,
        chat_id: int | None = None,
        body: bytes | None = None,
    ) -> Fault:
        """Answer with any status; `body` replaces Telegram's JSON, as a gateway's page does."""
        error = ApiError(status, description)
        return self._add(Fault("error", method, times, chat_id, error=error, body=body))

    def drop(self, method: str | None, times: int | None = 1, chat_id: int | None = None) -> Fault:
        """Cut the connection before anything was done."""
        return self._add(Fault("drop", method, times, chat_id))

    def lose_answer(
        self, method: str | None, times: int | None = 1, chat_id: int | None = None
    ) -> Fault:
        """Do the work, then cut the connection instead of answering."""
        return self._add(Fault("lose", method, times, chat_id))

    def slow(
        self,
        method: str | None,
        seconds: float,
        times: int | None = 1,
        chat_id: int | None = None,
    ) -> Fault:
        """Do the work and answer, but `seconds` late, or at `clear`."""
        return self._add(Fault("slow", method, times, chat_id, seconds=seconds))

    def hang(self, method: str | None, times: int | None = 1, chat_id: int | None = None) -> Fault:
        """Never answer, and do nothing, until `clear` or the end."""
        return self._add(Fault("hang", method, times, chat_id))

    def truncate(self, times: int | None = 1, declared: bool = True) -> Fault:
        """Send half of a downloaded file, then close.

        The length announced is the whole file's; not `declared`, there is none, and only the
        file_size that getFile gave shows that something is missing.
        """
        return self._add(Fault("truncate", DOWNLOAD, times, declared=declared))

    def clear(self) -> None:
        """Let everything work again; calls that hang are cut."""
        with self._changed:
            self._faults.clear()
            self._changed.notify_all()

    def holds(self, fault: Fault) -> bool:
        """Say whether `clear` has not ended this fault."""
        return fault in self._faults

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the first fault that fits the call, and count it."""
        with self._changed:
            for fault in self._faults:
                if fault.fits(method, chat_id):
                    fault.hits += 1
                    return fault
            return None

    def _add(self, fault: Fault) -> Fault:
        with self._changed:
            self._faults.append(fault)
            return fault
