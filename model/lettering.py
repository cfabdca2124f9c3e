"""Text in pictures: broken into lines where it is wider than its room."""

from __future__ import annotations

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def wrapped(text: str, font: Font, width: float, most: int = 4) -> list[str]:
    """Return the text in at most so many lines, each no wider than `width` pixels.

    It is broken between words; a word that is wider itself, such as a page of digits, in its midst.
    What is too much for the lines ends in "…".
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in pieces_of(word, font, width):
            longer = f"{line} {piece}" if line else piece
            if font.getlength(longer) <= width:
                line = longer
            else:
                lines.append(line)
                line = piece
    lines.append(line)
    if len(lines) > most:
        lines[most - 1 :] = [shortened(lines[most - 1], font, width)]
    return lines


def pieces_of(word: str, font: Font, width: float) -> list[str]:
    """Return a word in pieces of which each fits into `width` pixels, or is a single character."""
    pieces = [""]
    for character in word:
        if pieces[-1] and font.getlength(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def shortened(line: str, font: Font, width: float) -> str:
    """Return as much of a line as fits into `width` pixels with an ellipsis behind it."""
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line}…"
