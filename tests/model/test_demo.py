from pathlib import Path

from sqlalchemy import func, select

from model.database import Database
from model.demo import fill
from model.promotions import promoted
from model.recognizer import Recognizer
from model.settings import Settings
from model.tables import Contributor, LabelEvent, Sample
from model.versions import find_version


def test_an_empty_database_is_filled(database: Database):
    weights = Settings().weights
    recognizer = Recognizer.load(weights)
    told: list[int] = []
    fill(database, recognizer, Path(weights).read_bytes(), 12, told.append)
    with database.read() as session:
        seen = select(func.count()).select_from(Sample).where(Sample.removed_at.is_(None))
        samples = session.scalar(seen) or 0
        assert sum(told) == samples >= 6
        assert (session.scalar(select(func.count()).select_from(LabelEvent)) or 0) > 0
        right = select(func.count()).select_from(Sample).where(Sample.label == Sample.predicted)
        assert (session.scalar(right) or 0) > samples / 3  # the truth is found where it stands
        assert len(session.scalars(select(Contributor)).all()) > 1
        assert promoted(session) == recognizer.weights
        assert find_version(session).samples > 0
