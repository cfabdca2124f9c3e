"""How `digitbot read` writes a reading down."""

import json
from dataclasses import replace
from pathlib import Path

from commands.read import as_line, in_words
from tests.filling import made_reading

UPRIGHT = made_reading([4, 7], confidence=0.9)
TURNED = replace(UPRIGHT, turned=3, way_up=0.87654)


def test_a_turned_photo_says_so_and_how_sure_that_is() -> None:
    assert in_words(UPRIGHT) == "47 (90 % sure)"
    assert in_words(TURNED) == "47 (90 % sure), turned right by 90°, 88 % sure"


def test_an_object_holds_the_turn_in_degrees_against_the_clock() -> None:
    ways = [json.loads(as_line(Path("a.jpg"), each)) for each in (UPRIGHT, TURNED)]
    assert [(way["turned"], way["way_up"]) for way in ways] == [(0, None), (270, 0.8765)]
