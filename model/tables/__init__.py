"""The tables. Every moment is in UTC; every deletion of a parent takes its children along.

Who imports one has all of them: a copy, a migration or a comparison leaves none out.
"""

from model.tables.base import Base
from model.tables.collection import (
    NOT_A_DIGIT,
    TELEGRAM,
    Act,
    AlbumPhoto,
    Consent,
    Contributor,
    LabelEvent,
    Labeller,
    Photo,
    Prediction,
    Sample,
    Split,
)
from model.tables.desk import Claim, LoginAttempt, OperatorLogin
from model.tables.traffic import Block, BotWorker, InboxState, InboxUpdate, Turn, Usage
from model.tables.wheel import (
    Promotion,
    Retraining,
    RetrainingEpoch,
    RunState,
    Tally,
    Version,
    VersionSample,
    WeightsFile,
    Which,
)

__all__ = [
    "NOT_A_DIGIT",
    "TELEGRAM",
    "Act",
    "AlbumPhoto",
    "Base",
    "Block",
    "BotWorker",
    "Claim",
    "Consent",
    "Contributor",
    "InboxState",
    "InboxUpdate",
    "LabelEvent",
    "Labeller",
    "LoginAttempt",
    "OperatorLogin",
    "Photo",
    "Prediction",
    "Promotion",
    "Retraining",
    "RetrainingEpoch",
    "RunState",
    "Sample",
    "Split",
    "Tally",
    "Turn",
    "Usage",
    "Version",
    "VersionSample",
    "WeightsFile",
    "Which",
]
