"""What one person has taught: their photos, and what they said of the digits in them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from model.samples import there
from model.tables import Contributor, Photo, Sample


@dataclass(frozen=True)
class Teaching:
    """Counts of one person."""

    photos: int
    digits: int
    """What was found in their photos."""
    confirmed: int
    """Digits of which they said that they were read right."""
    corrected: int
    """Digits of which they said that they are another one, or none."""

    @property
    def agreement(self) -> float | None:
        """The share of what they checked that was read right, 0..1; None if they checked none."""
        checked = self.confirmed + self.corrected
        return self.confirmed / checked if checked else None


def teaching_of(session: Session, bot_id: int, user_id: int) -> Teaching:
    """Return what a person has taught; what they took back doesn't count."""
    mine = (Contributor.bot_id == bot_id, Contributor.user_id == user_id)
    photos = select(func.count(Photo.id)).join(Photo.contributor).where(*mine)
    said = Sample.sender_label
    digits = (
        select(
            func.count(Sample.id),
            func.count(case((said == Sample.predicted, 1))),
            func.count(case((said != Sample.predicted, 1))),
        )
        .join(Sample.photo)
        .join(Photo.contributor)
        .where(*mine, there())
    )
    return Teaching(session.scalar(photos) or 0, *session.execute(digits).one())
