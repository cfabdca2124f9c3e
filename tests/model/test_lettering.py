"""Text that is broken into lines."""

from PIL import ImageFont

from model.lettering import wrapped

FONT = ImageFont.load_default(15)


def widest(lines: list[str]) -> float:
    return max(FONT.getlength(line) for line in lines)


def test_text_is_broken_between_words() -> None:
    width = FONT.getlength("read 407,")
    assert wrapped("read 407, true 409", FONT, width) == ["read 407,", "true 409"]
    assert wrapped("read 407, true 409", FONT, 500) == ["read 407, true 409"]
    assert wrapped("", FONT, 500) == [""]


def test_a_word_that_is_wider_is_broken_and_loses_nothing() -> None:
    lines = wrapped("reads " + "0123456789" * 5, FONT, 150, most=9)
    assert len(lines) > 2
    assert widest(lines) <= 150
    assert "".join(lines).replace("reads", "") == "0123456789" * 5


def test_what_is_too_much_ends_in_an_ellipsis() -> None:
    lines = wrapped("0123456789" * 50, FONT, 150, most=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert widest(lines) <= 150
