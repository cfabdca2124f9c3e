import xml.etree.ElementTree as ElementTree

from admin.charts import Line, Mark, around, bar_chart, line_chart, nice, shade


def test_lines_stay_within_the_picture_and_are_told_apart():
    lines = [Line("a", [(0, 0.2), (1, 0.9)]), Line("b", [(0, 1.0), (1, 0.5)])]
    drawn = line_chart("Title", lines, [(0, "first"), (1, "last")], True, [Mark(0.5, "<now>")])
    tree = ElementTree.fromstring(str(drawn))  # our own
    assert tree.get("aria-label") == "Title"
    polylines = tree.findall("polyline")
    assert len({line.get("stroke-dasharray") for line in polylines}) == 2
    for line in polylines:
        for point in (line.get("points") or "").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 420
            assert 0 <= y <= 220
    assert "&lt;now&gt;" in drawn


def test_no_point_is_no_picture():
    assert line_chart("x", [Line("a", [])], []) == ""
    assert bar_chart("x", [], []) == ""


def test_bars_start_at_nothing():
    tree = ElementTree.fromstring(str(bar_chart("x", [(0, "none"), (4, "four")], [(0, "d")])))
    none, four = tree.findall("rect")
    assert float(none.get("height") or 1) == 0
    assert float(four.get("height") or 0) > 100


def test_axes_end_at_round_numbers():
    assert [nice(value) for value in (0, 3, 4, 5, 90, 0.03)] == [4.0, 4, 4, 8, 100, 0.04]
    low, high = around([0.97, 0.99], percent=True)
    assert 0 <= low <= 0.97
    assert 0.99 <= high <= 1
    assert around([1.0, 1.0], percent=True)[1] == 1.0


def test_shades_go_from_none_to_most():
    assert [shade(count, 100) for count in (0, 1, 10, 100)] == [
        "heat-0", "heat-2", "heat-3", "heat-5",
    ]  # fmt: skip
