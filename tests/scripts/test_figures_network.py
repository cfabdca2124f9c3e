"""The figures of docs/network.md, from the shipped weights and few images."""

from pathlib import Path

import pytest
from PIL import Image

from model.settings import PROJECT
from scripts import figures_network
from tests.made_mnist import write_mnist


def test_every_figure_of_the_page_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mnist = write_mnist(tmp_path / "mnist", test=60)
    words = ["figures_network", "--mnist", str(mnist), "--out", str(tmp_path / "figures")]
    monkeypatch.setattr("sys.argv", words)
    figures_network.main()
    drawn = {path.name for path in (tmp_path / "figures").iterdir()}
    page = (PROJECT / "docs" / "network.md").read_text(encoding="utf-8")
    assert drawn == {path.name for path in (PROJECT / "docs" / "figures").iterdir()}
    assert all(f"figures/{name}" in page for name in drawn)
    for name in drawn:
        with Image.open(tmp_path / "figures" / name) as picture:
            assert min(picture.size) > 100
            assert len(picture.convert("RGB").getcolors(2**24) or ()) > 3


def test_the_shipped_run_is_drawn_under_its_recipe_s_name(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str] = []
    monkeypatch.setattr(figures_network, "draw_losses", lambda logs: named.extend(logs))
    monkeypatch.setattr(figures_network, "draw_errors", lambda logs: None)
    figures_network.draw_logs(PROJECT / "weights")
    assert sorted(named) == ["best", "original", "quick", "standard"]
