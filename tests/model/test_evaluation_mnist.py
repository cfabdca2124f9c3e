"""A network's answers to MNIST's test set, counted and drawn."""

import numpy as np
import pytest

from model.dataset import Dataset
from model.evaluation_mnist import Answers, digit_table, draw_misread, report_on_mnist


@pytest.fixture
def answers() -> Answers:
    """Five images: a 3 hardly and an 8 surely read wrong, three right."""
    labels = np.array([3, 8, 8, 0, 3], np.uint8)
    read = np.array([5, 1, 8, 0, 3])
    probabilities = np.full((5, 10), 0.01, np.float32)
    probabilities[np.arange(5), read] = [0.5, 0.9, 0.9, 0.9, 0.9]
    probabilities[0, 3] = 0.4
    images = np.zeros((5, 28, 28), np.uint8)
    images[:, 0, 0] = [10, 20, 30, 40, 50]
    return Answers(Dataset(images, labels), probabilities)


def test_the_report_says_how_many_are_right_and_which_not(answers: Answers) -> None:
    lines = report_on_mnist(answers)
    assert lines[0] == "MNIST test set: 60.00 % of 5 right (95 % interval 23.07-88.24 %)"
    confusion = next(line for line in lines if line.startswith("label"))
    row_of_8 = lines[lines.index(confusion) + 9].split()
    assert row_of_8 == ["8", "0", "1", "0", "0", "0", "0", "0", "0", "1", "0"]
    assert lines[-1].startswith("expected calibration error")


def test_each_digit_has_its_line_with_an_interval(answers: Answers) -> None:
    lines = digit_table(answers.test.labels, answers.read)
    assert lines[1].split() == ["0", "1", "1", "100.00", "%", "20.65-100.00", "%"]
    assert lines[2].split() == ["1", "0", "0", "-", "0.00-100.00", "%"]  # there is none
    assert lines[4].split() == ["3", "2", "1", "50.00", "%", "9.45-", "90.55", "%"]
    assert len(lines) == 11


def test_what_is_misread_is_drawn_the_least_likely_first(answers: Answers) -> None:
    assert answers.misread.tolist() == [1, 0]
    sheet = draw_misread(answers, columns=2)
    first, second = (255 - sheet.getpixel((4 + at, 4))[0] for at in (0, 88))
    assert (first, second) == (20, 10)
