"""How long does a portfolio of 200 projects with 1,000 entries each take?

Each project has an entry of every row, a monitor of a year of weeks, a problem that was reframed
and decided on again and again, and forty statements on its work. The query is what `leadline
portfolio` asks; the page goes through the whole application in process.

    python benchmarks/watch/portfolio.py [PROJECTS] [ENTRIES]

With POSTGRES=postgresql+psycopg://... it is done there too; or with the embedded server of the
tests, where that is installed.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests import conftest
from tests.examples import example_verdicts

from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS
from leadline.phases.monitor import Monitor
from leadline.phases.verdict import Verdict
from leadline.record import Entry, tables
from leadline.record.codec import encode, to_json
from leadline.record.database import open_database
from leadline.record.entries import columns_of
from leadline.record.team.work_tables import work as work_table
from leadline.services.upkeep import portfolio
from leadline.settings import template
from leadline.web import create_app
from leadline.workspace import Workspace

_RUNS = 15
_WEEKS = 52
_START = datetime(2025, 1, 6, tzinfo=UTC)


def verdicts() -> dict[str, Verdict]:
    """The example of each row; the monitor's with a year of weeks."""
    told = example_verdicts()
    monitor = told["monitor"]
    assert isinstance(monitor, Monitor)
    weeks = [
        replace(block, name=(_START + timedelta(weeks=week)).date().isoformat())
        for week, block in enumerate(monitor.blocks * (_WEEKS // len(monitor.blocks)))
    ]
    return told | {"monitor": replace(monitor, blocks=tuple(weeks))}


def entries(n_entries: int) -> list[dict[str, object]]:
    """The rows of the table of a project, its number left out."""
    told = verdicts()
    rows: list[dict[str, object]] = []
    newest: dict[str, int] = {}

    def add(row: str, verdict: Verdict) -> None:
        number = len(rows) + 1
        on = {name: newest[name] for name in ROWS[row].stands_on if name in newest}
        at = _START + timedelta(hours=number)
        entry = Entry(number, row, verdict, on, "Ada", at, verdict.VERSION)
        rows.append(columns_of(entry, to_json(encode(verdict))))
        newest[row] = number

    decided = told["decision.define"]
    assert isinstance(decided, Decision)
    while len(rows) < n_entries - len(ROWS):
        add("problem", told["problem"])
        add("decision.define", decided)
    for row in ROWS:
        add(row, told[row])
    return rows


def work() -> list[dict[str, object]]:
    """Ten pieces of work, each stated four times."""
    states = ("open", "open", "started", "done")
    return [
        {
            "item": f"piece-{piece}",
            "stage": "ship" if piece < 7 else "watch",
            "title": f"Piece {piece}",
            "state": state,
            "least": 1.0,
            "likely": 2.0,
            "most": 6.0,
            "owner": "Ada",
            "due": "2026-12-18",
            "every": "week" if piece == 9 else "",
            "hours": 3.0 if state == "done" else None,
            "why": "",
            "made_by": "Ada",
            "made_at": _START + timedelta(days=step),
        }
        for piece in range(10)
        for step, state in enumerate(states)
    ]


def fill(url: str, n_projects: int, n_entries: int) -> None:
    """Put the projects into a database, past the commands, which would take an hour."""
    told, said = entries(n_entries), work()
    for number in range(n_projects):
        database = open_database(url, f"project {number:03}")
        mine = {"project_id": database.project_id}
        with database.writing() as connection:
            connection.execute(insert(tables.entry), [row | mine for row in told])
            connection.execute(insert(work_table), [row | mine for row in said])
        database.engine.dispose()


class Times:
    """Milliseconds by the clock, and of this process' processor, of one thing done again."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure what is done within."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall.append(1000 * (time.perf_counter() - wall))
        self.processor.append(1000 * (time.process_time() - processor))

    @property
    def cells(self) -> list[str]:
        """Median and slowest by the clock, and the median of the processor."""
        medians = statistics.median(self.wall), max(self.wall), statistics.median(self.processor)
        return [f"{each:.0f}" for each in medians]


def times(url: str, folder: Path) -> tuple[Times, Times]:
    """Time the query, and the page."""
    folder.mkdir()
    (folder / "data.csv").write_text("late,hour\nyes,1\nno,2\n")
    settings = template(name="project 000", files=["data.csv"], label="late")
    (folder / "leadline.toml").write_text(settings)
    os.environ["LEADLINE_STORE"] = url
    queries, pages = Times(), Times()
    with Workspace.open(folder) as workspace:
        app = create_app(workspace)
        with TestClient(app, base_url="http://127.0.0.1") as client:
            for _ in range(_RUNS):
                with queries.measured():
                    found = portfolio(workspace)
                assert all(line.since for line in found.lines)
                with pages.measured():
                    answer = client.get("/portfolio")
                assert answer.status_code == 200
    return queries, pages


@contextmanager
def postgres() -> Iterator[str | None]:
    """Address of a PostgreSQL; None where there is none."""
    if os.environ.get("POSTGRES"):
        yield os.environ["POSTGRES"]
        return
    with tempfile.TemporaryDirectory(prefix="leadline-pg-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        binaries = conftest.embedded_binaries(folder)
        if binaries is None:
            yield None
            return
        with conftest.running_server(binaries, folder) as url:
            yield url.replace("postgresql://", "postgresql+psycopg://") + "/postgres"


def main(n_projects: int, n_entries: int) -> None:
    """Print the median and the slowest of query and page on each store."""
    print(f"{n_projects} projects of {n_entries:,} entries; ms, of {_RUNS}")
    print("| store | query | slowest | processor | page | slowest | processor |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name, postgres() as server:
        for store, url in (("SQLite", f"sqlite:///{name}/team.db"), ("PostgreSQL", server)):
            if url is None:
                continue
            fill(url, n_projects, n_entries)
            queries, pages = times(url, Path(name) / store)
            print(f"| {store} | {' | '.join(queries.cells + pages.cells)} |", flush=True)


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:]]
    main(*(sizes + [200, 1_000][len(sizes) :]))
