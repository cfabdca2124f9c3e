"""What an operator decides, as the pages send it.

Every decision carries a `cause` that its page made up, so that one sent twice counts once and
can be undone by whoever made it, and nobody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from admin.body import WrongBody, is_whole
from model.decisions import decide, flag, remove_box, take_back
from model.samples import find_kept_sample
from model.tables import NOT_A_DIGIT

CAUSE_FORM = re.compile(r"[A-Za-z0-9-]{8,40}")


def checked_cause(cause: object) -> str:
    """Return a page's cause as the log writes it; raises `WrongBody`."""
    if not isinstance(cause, str) or not CAUSE_FORM.fullmatch(cause):
        raise WrongBody('"cause" must be 8 to 40 letters, digits or -.')
    return f"review:{cause}"


@dataclass(frozen=True)
class Decision:
    """One of: a label, taking back what `cause` did, putting aside or back, deleting a box."""

    sample_id: int
    cause: str
    label: int | None = None
    """None takes back what the cause did, unless one of the others says something."""
    flagged: bool | None = None
    removed: bool = False

    @classmethod
    def read(cls, item: Any) -> Decision:
        """Take a decision out of JSON; raises `WrongBody`."""
        if not isinstance(item, dict):
            raise WrongBody('Each of "decisions" must be an object.')
        sample_id, label, flagged = item.get("sample"), item.get("label"), item.get("flag")
        if not is_whole(sample_id) or not 0 < sample_id < 2**63:
            raise WrongBody('"sample" must be the number of a sample.')
        cause = checked_cause(item.get("cause"))
        if sum(kind in item for kind in ("label", "flag", "remove")) != 1:
            raise WrongBody('A decision has either a "label", a "flag" or a "remove".')
        if label is not None and not (is_whole(label) and 0 <= label <= NOT_A_DIGIT):
            raise WrongBody('"label" must be 0 to 9, 10 for no digit, or null to undo.')
        if "flag" in item and not isinstance(flagged, bool):
            raise WrongBody('"flag" must be true or false.')
        if "remove" in item and item["remove"] is not True:
            raise WrongBody('"remove" must be true.')
        return cls(sample_id, cause, label, flagged, "remove" in item)

    def apply(self, session: Session, operator: str) -> None:
        """Store it; raises `UnknownSample`, and `NotDrawn` for a box that can't be deleted."""
        sample = find_kept_sample(session, self.sample_id)
        if self.removed:
            remove_box(session, sample, self.cause, operator)
        elif self.flagged is not None:
            flag(session, sample, self.flagged, self.cause, operator)
        elif self.label is None:
            take_back(session, sample, self.cause)
        else:
            decide(session, sample, self.label, self.cause, operator)
