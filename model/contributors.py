"""Contributors: who they are, what they consented to, and how all of theirs is removed."""

from __future__ import annotations

import datetime
import json
import random
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from model.database import utc_now
from model.tables import (
    Consent,
    Contributor,
    InboxState,
    InboxUpdate,
    Photo,
    Sample,
    Split,
    Usage,
    VersionSample,
    WeightsFile,
)

PENDING_WINDOW = datetime.timedelta(hours=24)
"""How long a photo is kept whose contributor hasn't said yes."""

SPLIT_SHARES = {Split.TRAIN: 0.8, Split.VALIDATION: 0.1, Split.TEST: 0.1}

PERSON = select(Contributor).where(
    Contributor.bot_id == bindparam("of_bot"), Contributor.user_id == bindparam("person")
)


def find_contributor(session: Session, bot_id: int, user_id: int) -> Contributor | None:
    """Return the contributor, None if this person has never been seen (or was forgotten)."""
    return session.scalar(PERSON, {"of_bot": bot_id, "person": user_id})


def meet_contributor(session: Session, bot_id: int, user_id: int, name: str) -> Contributor:
    """Return the contributor, a new one at first sight; keeps the name up to date.

    The split is drawn here, once: a person's digits never stand on both sides of train and test.
    """
    contributor = find_contributor(session, bot_id, user_id)
    if contributor is None:
        (split,) = random.choices(list(SPLIT_SHARES), list(SPLIT_SHARES.values()))  # noqa: S311  # no secret
        contributor = Contributor(
            bot_id=bot_id, user_id=user_id, name=name, consent=Consent.UNASKED, split=split
        )
        session.add(contributor)
    if contributor.name != name:  # setting it anew would have the ORM look for what has changed
        contributor.name = name
    session.flush()
    return contributor


def record_consent(session: Session, contributor: Contributor, consent: Consent) -> None:
    """Store a contributor's answer and apply it to the photos that are here.

    Yes keeps the pending ones. No starts the pending window for all of them, so that a slip of
    the finger can be taken back as long as the photos are still here.
    """
    if contributor.consent == consent:
        return
    contributor.consent = consent
    contributor.consent_at = utc_now()
    photos = update(Photo).where(Photo.contributor_id == contributor.id)
    if consent is Consent.YES:
        session.execute(photos.values(expires_at=None))
    elif consent is Consent.NO:
        deadline = utc_now() + PENDING_WINDOW
        session.execute(photos.where(Photo.expires_at.is_(None)).values(expires_at=deadline))


def is_known(session: Session, bot_id: int, user_id: int) -> bool:
    """Return whether anything of this person is kept: they themselves, or an update set aside."""
    aside = select(InboxUpdate.id).filter_by(bot_id=bot_id, user_id=user_id, state=InboxState.ASIDE)
    known = find_contributor(session, bot_id, user_id) is not None
    return known or session.scalar(aside.limit(1)) is not None


def forget_contributor(session: Session, bot_id: int, user_id: int, asked_by: int) -> None:
    """Delete the person with all photos, samples and labels, and empty their updates.

    `asked_by` is the row of the inbox that asks for it: it is still to be answered, and what came
    after it is of a new acquaintance. Call `Database.scrub` after the commit to have the bytes
    gone from SQLite's files as well.
    """
    contributor = find_contributor(session, bot_id, user_id)
    if contributor is not None:
        withdraw_samples(session, Photo.contributor_id == contributor.id)
    session.execute(delete(Contributor).filter_by(bot_id=bot_id, user_id=user_id))
    session.execute(delete(Usage).filter_by(bot_id=bot_id, user_id=user_id))
    session.execute(
        update(InboxUpdate)
        .filter_by(bot_id=bot_id, user_id=user_id)
        .where(InboxUpdate.id < asked_by)
        .values(emptied_update())
    )


def emptied_update() -> dict[str, Any]:
    """Return the columns of a finished update: nothing personal is left.

    The row itself stays for a while, so that Telegram may send the same update again.
    """
    return {
        "state": InboxState.DONE,
        "finished_at": utc_now(),
        "chat_id": None,
        "user_id": None,
        "error": None,
        "body": "",
    }


def forget_expired(session: Session, now: datetime.datetime) -> int:
    """Delete the photos whose pending window is over; return how many."""
    withdraw_samples(session, Photo.expires_at <= now)
    result = session.execute(delete(Photo).where(Photo.expires_at <= now))
    assert isinstance(result, CursorResult)  # noqa: S101  # what SQLAlchemy returns for a delete
    return result.rowcount


def forget_strangers(session: Session, now: datetime.datetime) -> int:
    """Delete people who never said yes and of whom no photo is left; return how many.

    A no is remembered, so that nobody is asked again, but without the name. In a group one person
    may ask for the photo of another, who then stands here without ever having met the bot.
    """
    left = select(Photo.id).where(Photo.contributor_id == Contributor.id).exists()
    old = (Contributor.created_at <= now - PENDING_WINDOW) & ~left
    unasked = Contributor.consent.in_((Consent.UNASKED, Consent.ASKED))
    refused = (Contributor.consent == Consent.NO) & (Contributor.name != "")
    plain = {"synchronize_session": False}
    session.execute(
        update(Contributor).where(old, refused).values(name="").execution_options(**plain)
    )
    result = session.execute(delete(Contributor).where(old, unasked).execution_options(**plain))
    assert isinstance(result, CursorResult)  # noqa: S101  # what SQLAlchemy returns for a delete
    return result.rowcount


def withdraw_samples(session: Session, condition: ColumnElement[bool]) -> None:
    """Empty what versions say of the samples in these photos; only their numbers stay listed.

    Nothing else bears these: neither what weights are known to read otherwise than those before
    them, nor a group of near-duplicates of which others stay.
    """
    samples = select(Sample.id).join(Sample.photo).where(condition)
    frozen = select(VersionSample.sample_id).where(VersionSample.sample_id.in_(samples))
    rename_groups(session, samples)
    columns = ("label", "labelled_by", "split", "predicted", "confidence", "weights")
    emptied = dict.fromkeys(columns)
    session.execute(
        update(VersionSample)
        .where(VersionSample.sample_id.in_(samples))
        .values(emptied)
        .execution_options(synchronize_session=False)
    )
    # after that: a retraining that is being stored had locked the rows, and is seen now
    strike_from_scores(session, set(session.scalars(frozen)))


def strike_from_scores(session: Session, samples: set[int]) -> None:
    """Take samples out of those that are remembered because new weights changed the answer."""
    if not samples:
        return
    for weights in session.scalars(select(WeightsFile).with_for_update()):
        scores = json.loads(weights.scores)
        changed = scores.get("against", {}).get("changed", [])
        left = [answers for answers in changed if answers[0] not in samples]
        if len(left) < len(changed):
            scores["against"]["changed"] = left
            weights.scores = json.dumps(scores)


def rename_groups(session: Session, samples: Select[int]) -> None:
    """Name the groups whose first sample leaves after the first that stays."""
    stay = (
        select(Sample.group_id, func.min(Sample.id))
        .where(Sample.group_id.in_(samples), Sample.id.not_in(samples))
        .group_by(Sample.group_id)
    )
    for group, first in session.execute(stay).all():
        members = update(Sample).where(Sample.group_id == group)
        session.execute(members.values(group_id=first))


def kept() -> ColumnElement[bool]:
    """Return the condition that a photo may be kept: its contributor said yes."""
    return Photo.expires_at.is_(None)
