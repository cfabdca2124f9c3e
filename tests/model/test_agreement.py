import math

import numpy as np
import pytest

from model.agreement import Agreement, count_agreement
from model.database import Database
from model.labels import label_sample
from model.samples import find_kept_sample
from model.tables import NOT_A_DIGIT, Labeller
from tests.filling import Store


def test_what_both_said_is_counted(database: Database, store: Store):
    ids = store.photo(store.contributor(5), [1, 2, 3, 4, 5])
    said = {ids[0]: (1, 1), ids[1]: (2, 7), ids[2]: (NOT_A_DIGIT, NOT_A_DIGIT)}
    with database.write() as session:
        for sample_id, labels in said.items():
            for label, who in zip(labels, (Labeller.SENDER, Labeller.OPERATOR), strict=True):
                label_sample(session, find_kept_sample(session, sample_id), label, who)
        label_sample(session, find_kept_sample(session, ids[3]), 4, Labeller.SENDER)
        label_sample(session, find_kept_sample(session, ids[4]), 5, Labeller.OPERATOR)
        found = count_agreement(session)
    assert found.samples == 3
    assert found.table[1, 1] == found.table[2, 7] == found.table[10, 10] == 1
    assert found.share == pytest.approx(2 / 3)


def test_kappa_of_a_textbook():
    table = np.zeros((11, 11), np.int64)
    table[:2, :2] = [[20, 5], [10, 15]]  # Cohen's kappa 0.4: 70 % agree, 50 % by chance
    found = Agreement(table)
    assert found.share == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    table[:2, :2] = [[25, 25], [25, 25]]
    assert Agreement(table).kappa == pytest.approx(0)


def test_nothing_and_one_label_alone():
    table = np.zeros((11, 11), np.int64)
    assert math.isnan(Agreement(table).share)
    assert math.isnan(Agreement(table).kappa)
    table[7, 7] = 4
    assert Agreement(table).kappa == 1
