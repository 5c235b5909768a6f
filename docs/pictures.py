"""Draws the pictures of the README and of these pages from the record of a demo that was run.

leadline demo flights --folder demo-flights
python docs/pictures.py demo-flights
"""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from leadline.charts import chart_of, png
from leadline.workspace import Workspace

TARGET = Path(__file__).parent / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
START_S = 60.0
TALLEST_PX = 900
N_COLOURS = 96


@dataclass(frozen=True)
class Shot:
    """A picture of a page: its file, the page, and the part of it; empty: its top."""

    name: str
    path: str
    part: str = ""


# one for each question of docs/managers.md, and two for docs/judging.md
SHOTS = (
    Shot("where", "/", "section:has(> #where)"),
    Shot("cost", "/", "section:has(> #costs)"),
    Shot("chance", "/", "section:has(> #chance)"),
    Shot("now", "/", "section:has(> #now)"),
    Shot("stop", "/decide/train"),
    Shot("buy", "/rows/forecast"),
    Shot("who", "/history"),
    Shot("service", "/rows/release", "section:has(> #moves)"),
    Shot("worse", "/rows/monitor"),
    Shot("wrong", "/review/summary"),
    Shot("consequences", "/review/consequences"),
    Shot("choose", "/review/choose"),
)


def draw_forecast(folder: Path) -> None:
    """The newest forecast, as the page and the report show it."""
    with Workspace.open(folder) as workspace:
        entry = workspace.record.latest("forecast")
    if entry is None:
        raise SystemExit(f"{folder} has no forecast yet. Run 'leadline run train' there.")
    chart = chart_of(entry.verdict)
    assert chart is not None
    _keep("forecast", png(chart, scale=1.25))


def photograph_pages(folder: Path) -> None:
    """The project page whole, and the part of a page that answers each question."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit("No chromium found. Run 'make browser' first.")
    with served(folder) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1100, "height": 800})
        page.goto(address)
        _keep("project", page.screenshot(full_page=True))
        page.set_viewport_size({"width": 820, "height": TALLEST_PX})
        for shot in SHOTS:
            page.goto(address.rstrip("/") + shot.path)
            _keep(shot.name, _photograph(page, shot), tallest=TALLEST_PX)
        chromium.close()


def _photograph(page: Page, shot: Shot) -> bytes:
    if not shot.part:
        return page.screenshot()
    part = page.locator(shot.part)
    if not part.count():
        raise SystemExit(f"{shot.path} has no {shot.part} any more: change it in SHOTS.")
    return part.first.screenshot()


def _keep(name: str, drawn: bytes, tallest: int | None = None) -> None:
    """Write a picture in few colours: a page has few, and the file is a third of the size."""
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, tallest or image.height)))
    small = image.quantize(N_COLOURS, dither=Image.Dither.NONE)
    small.save(TARGET / f"{name}.png", optimize=True)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The pages of a workspace on a free port of this machine, and their address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "leadline.cli", "web", "--port", str(port)]
    server = subprocess.Popen([*command, "--folder", str(folder)], stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    """Come back when the address answers."""
    until = time.monotonic() + START_S
    while True:
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 -- our own address
            return
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Say which workspace: python docs/pictures.py FOLDER")
    TARGET.mkdir(exist_ok=True)
    draw_forecast(Path(sys.argv[1]))
    photograph_pages(Path(sys.argv[1]))
    for picture in sorted(TARGET.glob("*.png")):
        print(f"{picture.name}: {picture.stat().st_size / 1024:.0f} KiB")
