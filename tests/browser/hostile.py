"""Names that attack the page they are shown on, a row for each of them, and the pages that do.

Whatever somebody else can write is here: who sends photos, who names an import, who made a weights
file, what an error quotes, who runs the bot, who wrote a link that an operator follows.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from model.boxes import add_box
from model.database import Database, utc_now
from model.labels import label_sample
from model.limits import block, count_message
from model.samples import find_kept_photo, find_kept_sample
from model.sources import NO_BOT
from model.tables import (
    Contributor,
    Labeller,
    Prediction,
    Retraining,
    RunState,
    Sample,
    WeightsFile,
    Which,
)
from model.versions import freeze_version
from tests.filling import Store, made_reading, set_aside

ATTACK = """'"><img src=x onerror="document.title='caught'">{{7*7}}"""
"""Leaves a text and an attribute of either kind of quotes, and fits into the 64 of a source."""

PERSON = ATTACK + "person"
SOURCE = ATTACK + "source"
WEIGHTS = ATTACK + "weights"
RECIPE = ATTACK + "recipe"
DATA = ATTACK + "data"
PARENT = ATTACK + "parent"
MADE = "<img src=x>made"  # of a time 16 letters are shown
ERROR = ATTACK + "error" + "r" * 100
STEP = ATTACK + "step" + "p" * 100
OPERATOR = ATTACK + "operator"
ASKED = ATTACK + "asked"

CARD = "0123456789abcdef"
"""The fingerprint of the weights with the hostile card."""

FILTER = f"source={quote(ASKED)}&weights={quote(ASKED)}"

PAGES: dict[str, tuple[str, ...]] = {
    "/": (PERSON,),
    "/review": (PERSON, SOURCE, WEIGHTS),
    "/review?predicted=3": (PERSON, SOURCE, WEIGHTS),
    f"/review?{FILTER}": (PERSON, SOURCE, WEIGHTS, ASKED),
    "/grid?digit=7": (),
    "/samples": (PERSON, SOURCE, WEIGHTS),
    "/samples?label=9": (PERSON, SOURCE, WEIGHTS),
    f"/samples?{FILTER}": (PERSON, SOURCE, WEIGHTS, ASKED),
    "/samples/1": (PERSON, WEIGHTS),
    "/photos/1": (PERSON,),
    "/agreement": (),
    "/export": (SOURCE,),
    "/weights": (RECIPE, MADE, STEP),
    f"/weights/{CARD}": (DATA, PARENT, MADE),
    "/weights/retrainings/1": (STEP,),
    "/people": (PERSON,),
    "/aside": (ERROR,),
    "/try": (),
    "/privacy": (OPERATOR,),
    f"/nowhere/{quote(ASKED)}": (),
}
"""Every page, and the names that must be read on it: without its row a page proves nothing."""


def fill(database: Database, store: Store) -> None:
    """Store samples of two people with hostile names, one labelled, and all other names."""
    person = store.contributor(5, name=f"<script>document.title='caught'</script>{PERSON}")
    one, _ = store.photo(person, [7, 3])
    other = store.contributor(6, name=f"\u202e{PERSON}" + "a" * 500)
    (imported,) = store.photo(other, [7])
    now = utc_now()
    with database.write() as session:
        sample = find_kept_sample(session, one)
        label_sample(session, sample, 9, Labeller.SENDER)
        label_sample(session, sample, 7, Labeller.OPERATOR)
        session.query(Prediction).filter_by(sample_id=one).update({"weights": WEIGHTS})
        digit = made_reading([1, 2, 3]).digits[2]
        add_box(session, find_kept_photo(session, 1), digit, "weights", "ada")
        version = freeze_version(session, Which.ALL)
        came = session.get_one(Contributor, other)
        came.bot_id, came.source = NO_BOT, SOURCE
        session.get_one(Sample, imported).source = SOURCE
        count_message(session, 1, 5, now)
        block(session, 1, 5)
        session.add_all([weights(), failed(version.id), set_aside(error=ERROR, person=7)])


def weights() -> WeightsFile:
    """Return weights whose maker wrote the card."""
    card = {
        "made": MADE,
        "recipe": {"name": RECIPE},
        "data": [{"source": DATA, "images": 1, "fingerprint": DATA}],
        "from": PARENT,
        "version": PARENT,
        "samples": 1,
        "kept": 0.5,
    }
    return WeightsFile(fingerprint=CARD, content=b"", card=json.dumps(card), scores="{}")


def failed(version: int) -> Retraining:
    """Return a retraining whose error quotes something."""
    return Retraining(version_id=version, epochs=9, state=RunState.FAILED, step=STEP)
