import numpy as np
import pytest

from model.dataset import Dataset
from model.network import Network
from model.retraining.judging import answers_of, compare, mcnemar, normal, score


@pytest.mark.parametrize(
    ("lost", "gained", "p"),
    [(0, 0, 1), (5, 5, 1), (0, 5, 0.0625), (0, 10, 0.001953125), (3, 12, 0.03515625)],
)
def test_mcnemar_is_the_toss_of_a_coin(lost: int, gained: int, p: float):
    assert mcnemar(lost, gained) == pytest.approx(p)
    assert mcnemar(gained, lost) == mcnemar(lost, gained)


def test_mcnemar_of_many_agrees_with_the_exact_one():
    assert normal(999, 460) == pytest.approx(mcnemar(460, 539), rel=0.02)
    assert mcnemar(100_000, 100_010) > 0.9
    assert mcnemar(0, 5000) < 1e-100


def test_a_score_counts_by_digit_and_says_how_far_confidence_can_be_trusted():
    labels = np.array([0, 0, 1, 10])
    found = score(labels, np.array([0, 1, 1, 10]), np.array([0.9, 0.6, 0.99, 0.8]))
    assert (found["n"], found["right"], found["accuracy"]) == (4, 3, 0.75)
    assert found["digits"][:3] == [[1, 2], [1, 1], [0, 0]]
    assert (found["confusion"][0][1], found["confusion"][10][10]) == (1, 1)
    assert [row[2] for row in found["calibration"]] == [1, 1, 1, 1]
    assert found["calibration_error"] == pytest.approx((0.6 + 0.2 + 0.1 + 0.01) / 4)


def test_a_score_of_nothing():
    nothing = np.zeros(0, np.int64)
    found = score(nothing, nothing, np.zeros(0))
    assert (found["n"], found["accuracy"], found["calibration"]) == (0, None, [])


def test_a_comparison_counts_what_was_gained_and_lost():
    labels = np.array([1, 2, 3, 4])
    found = compare(labels, np.array([1, 0, 0, 4]), np.array([1, 2, 3, 0]))
    assert {name: found[name] for name in ("before", "after", "gained", "lost", "changed")} == {
        "before": 2, "after": 3, "gained": 2, "lost": 1, "changed": 3,
    }  # fmt: skip


def test_answers_say_no_digit_only_where_the_data_know_it():
    network = Network.create((784, 4, 11), rng=np.random.default_rng(0))
    network.biases[-1][10] = 50  # sure that nothing is a digit
    images = np.zeros((3, 28, 28), np.uint8)
    labels = np.zeros(3, np.uint8)
    assert answers_of(network, Dataset(images, labels, None, 11))[0].tolist() == [10, 10, 10]
    assert (answers_of(network, Dataset(images, labels))[0] < 10).all()
