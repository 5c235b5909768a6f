"""How long does the server think about a page when the record holds a thousand entries?

Requests go through the whole application in process, so that only server time counts.

    python benchmarks/pages.py [ENTRIES]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from starlette.testclient import TestClient

from leadline.phases import decision
from leadline.phases.decision import Choice
from leadline.phases.problem import Evidence, assess
from leadline.phases.scoring import Task
from leadline.settings import template
from leadline.web import create_app
from leadline.workspace import Workspace

_RUNS = 30
_PATHS = ("/", "/rows/problem", "/stages/define", "/history", "/decide/define")


def fill(workspace: Workspace, n_entries: int) -> None:
    """A problem that was reframed and decided on again and again."""
    statement = Evidence(
        question="Will it be late?",
        unit="flight",
        label="late",
        positive="yes",
        task=Task.BINARY,
        scoring="roc_auc",
        target_score=0.8,
        cost_miss=1.0,
        cost_false_alarm=1.0,
        miss="a miss",
        false_alarm="a false alarm",
        currency="USD",
        budget=100.0,
        time_box_s=60.0,
        owner="Ada",
    )
    record = workspace.record
    said = decision.Evidence(stage="define", choice=Choice.GO, why="seen", person="Ada")
    for _ in range(n_entries // 2):
        entry = record.append("problem", assess(statement), by="Ada")
        on = {"problem": entry.number}
        record.append("decision.define", decision.assess(said), by="Ada", on=on)


def main(n_entries: int) -> None:
    """Print the median and the slowest of each page."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "data.csv").write_text("late,hour\nyes,1\nno,2\n")
        (folder / "leadline.toml").write_text(
            template(name="pages", files=["data.csv"], label="late")
        )
        with Workspace.open(folder) as workspace:
            fill(workspace, n_entries)
            app = create_app(workspace)
            with TestClient(app, base_url="http://127.0.0.1") as client:
                print(f"{n_entries} entries    | median ms | slowest ms of {_RUNS}")
                for path in _PATHS:
                    times = []
                    for _ in range(_RUNS):
                        started = time.perf_counter()
                        answer = client.get(path)
                        times.append(1000 * (time.perf_counter() - started))
                        assert answer.status_code == 200, (path, answer.status_code)
                    print(f"{path:15} | {statistics.median(times):9.1f} | {max(times):10.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
