"""From what may be a digit to the answer."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from model.evaluation import edit_distance
from model.light import darkness_of_ink, to_gray
from model.network import Network
from model.paper.forms import FORMS
from model.paper.negatives import make_negative
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.photo import UnreadablePhoto, open_photo
from model.reading import Reading
from model.recognizer import Recognizer, in_reading_order, of_one_hand
from tests.filling import drawn_photo, made_digit


def test_digits_are_read_in_the_rows_that_they_form_themselves() -> None:
    boxes = [(10, 100, 40, 150), (60, 96, 90, 150), (110, 104, 140, 150), (10, 20, 40, 70)]
    scattered = [
        replace(made_digit(place, box=box), line=9 - place) for place, box in enumerate(boxes)
    ]
    read = in_reading_order(scattered[::-1])
    assert [(one.digit, one.line) for one in read] == [(3, 0), (0, 1), (1, 1), (2, 1)]


def test_digits_of_one_hand_are_read_with_a_look_at_each_other() -> None:
    sevens = [replace(made_digit(1, 0.4), no_digit=0.5), *[made_digit(7, 0.9)] * 3]
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 14] = 255
    doubtful, sure = (np.full(10, 0.2 / 9, np.float32) for _ in "ab")
    doubtful[[1, 7]] = 0.5, 0.3
    sure[7] = 0.8
    unheard = [
        replace(one, pixels=pixels, probabilities=chances)
        for one, chances in zip(sevens, [doubtful, sure, sure, sure], strict=True)
    ]
    first = of_one_hand(unheard)[0]
    assert (first.digit, int(first.probabilities.argmax())) == (7, 7)
    assert first.confidence == pytest.approx(0.5 * first.probabilities[7])
    assert of_one_hand([]) == []


def test_what_is_explained_is_what_is_read(
    shipped: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look at look-alikes changes an answer after the network has given it."""
    photo = drawn_photo("7")
    monkeypatch.setattr("model.recognizer.agree", lambda pixels, chances: np.roll(chances, 1, 1))
    assert shipped.read(photo).text == "8"
    assert shipped.read_best(open_photo(photo)).reading(open_photo(photo)).text == "8"


def test_the_text_is_all_digits_in_order() -> None:
    assert Reading((made_digit(4), made_digit(0), made_digit(7)), 9, 9, "image/png").text == "407"


@pytest.mark.parametrize(
    ("turned", "way_up", "words"),
    [
        (0, 0.8, ""),
        (1, 0.876, "turned left by 90°, 88 % sure"),
        (2, 0.5, "turned by 180°, 50 % sure"),
        (3, 0.9999, "turned right by 90°, 99 % sure"),
    ],
)
def test_a_turn_is_said_with_how_sure_it_is(turned: int, way_up: float, words: str) -> None:
    assert Reading((), 9, 9, "image/png", turned=turned, way_up=way_up).turn == words


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_blank_paper_reads_as_nothing(shipped: Recognizer) -> None:
    assert shipped.read(png(Image.new("RGB", (300, 400), "#ddd"))).digits == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 2), (5, 5)])
def test_tiny_and_narrow_pictures_read_as_nothing(
    shipped: Recognizer, size: tuple[int, int]
) -> None:
    assert shipped.read(png(Image.new("RGB", size, "white"))).text == ""


def test_no_picture_is_refused(shipped: Recognizer) -> None:
    with pytest.raises(UnreadablePhoto):
        shipped.read(b"text")


def test_two_lines_are_read_in_order_with_their_boxes(shipped: Recognizer) -> None:
    rng = np.random.default_rng(3)
    page = Image.new("L", (640, 420), 255)
    boxes = []
    for index, value in enumerate([3, 6, 8, 2, 5, 9]):
        ink = Image.fromarray(draw_digit(value, rng, height=90))
        x, y = 60 + 190 * (index % 3), 50 + 190 * (index // 3)
        page.paste(0, (x, y), ink)
        boxes.append((x, y, x + ink.width, y + ink.height))
    reading = shipped.read(png(page))
    assert reading.text == "368259"
    assert [found.line for found in reading.digits] == [0, 0, 0, 1, 1, 1]
    found = np.array([found.box for found in reading.digits])
    assert np.abs(found - np.array(boxes)).max() <= 4
    for each in reading.digits:
        assert each.probabilities.sum() == pytest.approx(1, abs=1e-4)


def touching_row(seed: int) -> tuple[bytes, str]:
    """Four digits that touch and lean, as a photo, and what they are."""
    rng = np.random.default_rng([3, seed])
    labels, page, right = rng.integers(10, size=4), np.zeros((240, 480), np.uint8), 40
    for label in labels:
        glyph = np.asarray(Image.fromarray(draw_digit(int(label), rng)).resize((84, 84)))
        inked = np.flatnonzero(glyph.max(axis=0) > 128)
        glyph = glyph[:, inked[0] : inked[-1] + 1]
        place = page[80:164, right - 4 : right - 4 + glyph.shape[1]]
        np.maximum(place, glyph, out=place)
        right += glyph.shape[1] - 4
    y, x = np.mgrid[:240, :480]
    leaning = page[y, np.clip(x + (y - 120) * 15 // 100, 0, 479)]
    file = io.BytesIO()
    Image.fromarray((235 - 0.8 * leaning).astype(np.uint8)).save(file, "JPEG")
    return file.getvalue(), "".join(map(str, labels))


def test_digits_that_touch_are_parted(shipped: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [touching_row(seed) for seed in range(20)]

    def wrong() -> int:
        return sum(edit_distance(shipped.read(photo).text, text) for photo, text in rows)

    assert wrong() <= 16  # of 80
    monkeypatch.setattr("model.layout.MAX_CUTS", 0)
    assert wrong() >= 32


def test_light_ink_on_a_dark_ground_is_read(shipped: Recognizer) -> None:
    page = Image.new("RGB", (300, 300), "#10301c")
    ImageDraw.Draw(page).line([(90, 60), (210, 64), (140, 240)], fill="#e8e8e0", width=14)
    assert shipped.read(png(page)).text == "7"


@pytest.mark.parametrize("seed", [0, 9, 22])
def test_ink_as_broad_as_the_paper_beside_it_is_read(
    shipped: Recognizer, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The flat foot came later, and with it the 9 were another one.
    earlier = {name: form for name, form in FORMS[9].items() if name != "flat-foot"}
    monkeypatch.setitem(FORMS, 9, earlier)
    rng = np.random.default_rng([5, seed])
    digit = int(rng.integers(10))
    conditions = {"felt_pen": 0.8, "vignette": 0.5, "coloured_paper": 0.8}
    sheet = make_sheet([draw_digit(digit, rng)], [str(digit)], rng, conditions, layout="row")
    assert darkness_of_ink(to_gray(open_photo(sheet.jpeg).pixels)) < 0.5  # as if light
    assert shipped.read(sheet.jpeg).text == str(digit)


@pytest.mark.parametrize("seed", [3, 12, 36, 41])
def test_no_page_without_digits_is_turned_until_there_are_some(
    shipped: Recognizer, seed: int
) -> None:
    """Ovals on their side, two of them; letters upside down, the other two."""
    page = make_negative(np.random.default_rng([9, seed]))
    assert shipped.read(page.jpeg).text == ""


EASY = (
    "",
    "coloured_paper",
    "ruled",
    "squared",
    "form_boxes",
    "uneven_light",
    "shadow",
    "negative",
)


@pytest.mark.parametrize("condition", EASY)
def test_made_paper_is_read(shipped: Recognizer, condition: str) -> None:
    wrong = 0
    for seed in range(6):
        rng = np.random.default_rng([7, seed])
        labels = [str(rng.integers(10)) for _ in range(5)]
        glyphs = [draw_digit(int(label), rng) for label in labels]
        conditions = {condition: 0.5} if condition else {}
        sheet = make_sheet(glyphs, labels, rng, conditions, layout="row")
        text = shipped.read(sheet.jpeg).text
        wrong += edit_distance(text, sheet.text)
    assert wrong <= 4  # of 30


def test_where_nothing_is_read_the_likeliest_is_told(recognizer: Recognizer):
    photo = drawn_photo("7")
    small = Network.create((784, 8, 11), rng=np.random.default_rng(0))
    refusing = replace(small, biases=(small.biases[0], np.eye(11, dtype=np.float32)[10] * 1000))
    reading = Recognizer(refusing, "refuses all").read(photo)
    assert reading.text == ""
    assert reading.missed is not None
    seen = recognizer.read(photo)
    assert seen.missed is None
    assert reading.missed.box == seen.digits[0].box
    assert (reading.missed.pixels == seen.digits[0].pixels).all()
    blank = Recognizer(refusing, "refuses all").read(drawn_photo(""))
    assert blank.missed is None


def test_what_nothing_is_read_in_is_not_cut(shipped: Recognizer) -> None:
    """A form that nobody knows looks like a digit in parts; its sender says what the whole is."""
    page = Image.new("L", (320, 240), 235)
    for left, digit in ((70, "5"), (127, "4")):
        ImageDraw.Draw(page).text((left, 50), digit, fill=30, font_size=120)
    pair = shipped.read(png(page))
    assert pair.text == "54"  # which touch
    judge = Network.create((19, 4, 2), rng=np.random.default_rng(0))
    never = replace(judge, biases=(judge.biases[0], np.array([1000, 0], np.float32)))
    refused = Recognizer(shipped.network, "refuses all", never).read(png(page))
    assert refused.text == ""
    assert refused.missed is not None
    boxes = np.array([digit.box for digit in pair.digits])
    whole = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    assert refused.missed.box == whole
