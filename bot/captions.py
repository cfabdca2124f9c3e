"""What is said of a photo: what was read, how sure that is, and what its sender said."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import Texts
from model.reading import Reading
from model.samples import probabilities_of
from model.tables import NOT_A_DIGIT, Prediction, Sample

SURE = 0.7
"""Below this chance the answer asks. Of made photos with digits of usps, whose writers nothing was
trained on, 31 % of the digits said with 60 to 70 % are wrong, 26 % of those with 70 to 80, and 11 %
of those with 80 to 90: asking there would be asking for what is mostly known (the tables of
`digitbot evaluate --photos`)."""

MOST_TEXT = 400
"""Characters of a reading: two and some words fit into a caption, 1024."""


def first_prediction(sample: Sample) -> Prediction:
    """Return what the weights said that first read the sample."""
    return min(sample.predictions, key=lambda prediction: prediction.id)


def runner_up(sample: Sample) -> int:
    """Return the second most likely digit."""
    return int(probabilities_of(first_prediction(sample)).argsort()[-2])


def is_sure(sample: Sample) -> bool:
    """Return whether the answer says of a digit what it is, and doesn't ask."""
    return sample.confidence >= SURE


def least_sure(samples: Sequence[Sample]) -> Sample:
    """Return the digit that the answer speaks of: the first of the least sure."""
    return min(samples, key=lambda sample: sample.confidence)


def read_caption(samples: Sequence[Sample], texts: Texts) -> str:
    """Return the digits read and how sure they are."""
    least = least_sure(samples)
    one, sure = len(samples) == 1, is_sure(least)
    if one:
        form = texts.read_one if sure else texts.read_one_unsure
    else:
        form = texts.read_all if sure else texts.read_all_unsure
    return form.format(
        text=in_lines(samples, [sample.predicted for sample in samples]),
        digit=least.predicted,
        other=runner_up(least),
        percent=percent(least.confidence),
        place=least.position + 1,
    )


def turn_note(reading: Reading, texts: Texts) -> str:
    """Return which way a photo was turned to be read, and how sure that is; "" where it wasn't."""
    if not reading.turned or reading.way_up is None:
        return ""
    return texts.turned[reading.turned].format(percent=percent(reading.way_up))


def saved_caption(
    samples: Sequence[Sample], labels: Sequence[int | None], kept: bool, texts: Texts
) -> str:
    """Return what the sender said, where they said anything of it."""
    whole = texts.saved if kept else texts.saved_for_now
    form = texts.saved_partly if None in labels else whole
    read = [sample.predicted for sample in samples]
    merged = [was if label is None else label for was, label in zip(read, labels, strict=True)]
    return form.format(text=in_lines(samples, merged), labels=label_text(samples, labels, texts))


def label_text(samples: Sequence[Sample], labels: Sequence[int | None], texts: Texts) -> str:
    """Return labels as one text: `·` where there is none, `✗` for no digit."""
    if len(labels) == 1 and labels[0] is not None:
        return label_name(labels[0], texts)
    return in_lines(samples, labels)


def label_name(label: int, texts: Texts) -> str:
    """Return what a single label is called."""
    return texts.saved_not_a_digit if label == NOT_A_DIGIT else str(label)


def in_lines(samples: Sequence[Sample], labels: Sequence[int | None]) -> str:
    """Return the labels as they stand in the photo, one line of writing a line."""
    text, line = "", samples[0].line
    for sample, label in zip(samples, labels, strict=True):
        if sample.line != line:
            text, line = text + "\n", sample.line
        text += "·" if label is None else "✗" if label == NOT_A_DIGIT else str(label)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "…"


def percent(confidence: float) -> int:
    """Return a confidence in percent; never 100, nothing is certain."""
    return min(99, round(100 * confidence))
