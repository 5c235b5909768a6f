"""How long does the server think about a page, with a long record and many projects beside it?

Requests go through the whole application in process, so that only server time counts. It is told in
seconds of the processor too, which what else runs here does not change. The report and pictures are
asked for twice: as they are first drawn, and as they are kept.

    python -m benchmarks.pages [ENTRIES] [PROJECTS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from starlette.testclient import TestClient
from tests.examples import example_decision, example_verdicts
from tests.services.flights import make_workspace

from leadline.phases.lifecycle import ROWS, Stage, is_decision
from leadline.record import Record
from leadline.web import create_app
from leadline.workspace import Workspace

_RUNS = 15
_DRAWN = ("/report.html",)
_PATHS = (
    "/",
    "/stages/define",
    "/stages/watch",
    "/decide/ship",
    "/history",
    "/portfolio",
    "/review/choose",
    "/review/consequences",
    "/label",
    "/model.html",
    *(f"/rows/{row}" for row in ROWS if not is_decision(row)),
)


def fill(workspace: Workspace, n_entries: int) -> None:
    """Make a record longer by decisions that were taken again and again."""
    record = workspace.record
    for _ in range(n_entries - len(record.entries())):
        record.append("decision.define", example_decision(Stage.DEFINE), by="Ada")


def add_projects(store: str, n_projects: int) -> None:
    """Other projects in the same database, each with every row."""
    for number in range(n_projects):
        record = Record.open(store, f"other {number}")
        for row, verdict in example_verdicts().items():
            record.append(row, verdict, by="Bo")
        record.close()


def asked(client: TestClient, path: str) -> tuple[float, float]:
    """Milliseconds of one request: by the clock, and of the processor."""
    began, busy = time.perf_counter(), time.process_time()
    answer = client.get(path)
    took = time.perf_counter() - began, time.process_time() - busy
    assert answer.status_code == 200, (path, answer.status_code)
    return 1000 * took[0], 1000 * took[1]


def main(n_entries: int, n_projects: int) -> None:
    """Print the median and the slowest of each page."""
    with tempfile.TemporaryDirectory() as temporary, make_workspace(Path(temporary)) as workspace:
        add_projects(f"sqlite:///{workspace.state_folder / 'leadline.db'}", n_projects - 1)
        fill(workspace, n_entries)
        app = create_app(workspace)
        with TestClient(app, base_url="http://127.0.0.1") as client:
            print(f"{n_entries} entries, {n_projects} projects; milliseconds, of {_RUNS} requests")
            print(f"{'page':22} | median | slowest | processor")
            for path in _DRAWN:
                clock, spent = asked(client, path)
                print(f"{path + ' first':22} | {clock:6.0f} |         | {spent:9.0f}")
            for path in (*_DRAWN, *_PATHS):
                times = [asked(client, path) for _ in range(_RUNS)]
                clocks, busy = [one for one, _ in times], [one for _, one in times]
                median, slowest = statistics.median(clocks), max(clocks)
                spent = statistics.median(busy)
                print(f"{path:22} | {median:6.1f} | {slowest:7.1f} | {spent:9.1f}", flush=True)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*given, *(1000, 30)[len(given) :])
