"""Make the README's pictures from the real thing: bot, admin page and reader, photos made up.

    .venv/bin/python scripts/pictures.py [--out DIR] [--chromium FILE]

Reads with the network of the setting WEIGHTS. The bot talks to the tests' Bot API server on
loopback, the admin page is served there too, and Chromium takes the pictures.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy import select

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the Bot API server is among the tests

from pictures_photos import NoPhoto, hard_photo, line_photo, misread_photo  # noqa: E402
from pictures_talk import hold_talk, render_talk  # noqa: E402

from admin import AdminServer, create_app  # noqa: E402
from model import demo  # noqa: E402
from model.database import Database  # noqa: E402
from model.explain import draw_way  # noqa: E402
from model.network import WrongWeights  # noqa: E402
from model.recognizer import Recognizer  # noqa: E402
from model.settings import Settings, WrongSetting, read_settings  # noqa: E402
from model.tables import Sample  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOST_BYTES = 300_000
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "made up for one picture"
PATIENCE = 120_000
"""Milliseconds that a page with fifty pictures may take, on a busy machine."""
IN_GRIDS = 900
"""Samples of invented people: so many that a grid is full."""


def main() -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--chromium", type=Path, default=Path("/usr/bin/chromium"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        with open_browser(options.chromium) as browser:
            for name, picture in make_pictures(browser):
                save(picture, options.out / f"{name}.png")
    except (NoPhoto, WrongSetting, WrongWeights) as error:
        raise SystemExit(str(error)) from error


@contextmanager
def open_browser(chromium: Path) -> Iterator[Browser]:
    """Start Chromium; ends the program with a sentence where it or playwright is missing."""
    wanted = "The pictures need playwright and Chromium: run"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit(f"{wanted} `{sys.executable} -m pip install playwright`.") from None
    if not chromium.exists():
        raise SystemExit(f"{wanted} `apt-get install chromium`, or say where it is: --chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def make_pictures(browser: Browser) -> Iterator[tuple[str, Image.Image]]:
    """Yield each picture with its name; raises `NoPhoto`."""
    recognizer = Recognizer.load(read_settings().weights)
    yield "explain", draw_way(hard_photo(recognizer), recognizer)
    line, one = line_photo(recognizer), misread_photo(recognizer)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/digitbot.sqlite")
        database.upgrade()
        talk = hold_talk(database, recognizer, line, one)
        yield "conversation", draw_page(browser, render_talk(talk))
        yield "review", draw_review(browser, database, recognizer)
        database.close()
        full = Database(f"sqlite:///{folder}/full.sqlite")
        full.upgrade()
        demo.fill(full, recognizer, read_settings().weights.read_bytes(), IN_GRIDS)
        yield "grid", draw_desk(browser, full, recognizer, "/grid?digit=7")
        yield "overview", draw_desk(browser, full, recognizer, "/", height=870)
        full.close()


def draw_page(browser: Browser, html: str) -> Image.Image:
    """Return a page as large as its content, two pixels for each of CSS's."""
    page = browser.new_page(device_scale_factor=2)
    page.set_content(html, wait_until="load")
    picture = shoot(page, "body")
    page.close()
    return picture


def draw_review(browser: Browser, database: Database, recognizer: Recognizer) -> Image.Image:
    """Return the review of the newest sample, the one that its sender corrected."""
    with database.read() as session:
        sample = session.scalars(select(Sample.id).order_by(Sample.id.desc())).first()
    return draw_desk(browser, database, recognizer, f"/review?sample={sample}&after={sample}")


def draw_desk(
    browser: Browser, database: Database, recognizer: Recognizer, path: str, height: int = 0
) -> Image.Image:
    """Return a page of the desk, by default down to its line of status."""
    page = browser.new_page(viewport={"width": 1280, "height": 700}, color_scheme="light")
    with admin_page(database, recognizer) as address:
        page.goto(f"{address}/login")
        page.fill("#password", PASSWORD)
        page.click("button.main")
        page.goto(address + path, wait_until="networkidle", timeout=PATIENCE)
        if not height:
            foot = page.locator("p.status").bounding_box()
            assert foot is not None
            height = round(foot["y"] + foot["height"] + 8)
        page.set_viewport_size({"width": 1280, "height": height})
        picture = shoot(page, None, height=height)
    page.close()
    return picture


@contextmanager
def admin_page(database: Database, recognizer: Recognizer) -> Iterator[str]:
    """Serve the admin page on a free port while the block lasts; yield its address."""
    settings = Settings(database_url=database.url, admin_password=PASSWORD)
    server = AdminServer(create_app(settings, database, recognizer), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.close()
        thread.join()


def shoot(page: Page, selector: str | None, height: int = 0) -> Image.Image:
    """Return one element of a page, or its upper part, `height` of CSS's pixels high."""
    if selector:
        data = page.locator(selector).screenshot()
    else:
        data = page.screenshot(clip={"x": 0, "y": 0, "width": 1280, "height": height})
    return Image.open(io.BytesIO(data)).convert("RGB")


def save(picture: Image.Image, path: Path) -> None:
    """Write a PNG with a palette, of fewer colours until it is small enough."""
    for colours in (256, 192, 128, 96, 64):
        data = io.BytesIO()
        picture.quantize(colours, kmeans=1).save(data, "PNG", optimize=True)
        if data.tell() < MOST_BYTES:
            break
    path.write_bytes(data.getvalue())
    print(f"{path}: {picture.width}×{picture.height}, {colours} colours, {data.tell():,} bytes")


if __name__ == "__main__":
    main()
