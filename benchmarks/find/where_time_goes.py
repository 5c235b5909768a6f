"""Where a search's processor time goes: the whole machine, the search, its fits and scores.

The machine is read from /proc/stat before and after ``leadline run search``, so that whatever
starts, waits or watches is counted. "used" is of all that the cores could have done in the box;
"fits" is of what was used. Run it on a machine that does nothing else.

    python benchmarks/find/where_time_goes.py [--seconds 60] [--data NAMES] [--rows 200000]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from data_sets import DATA_SETS
from peers import leadline, make_project, read

from leadline.phases.search import Search
from leadline.workspace import Workspace

_DATA = "flights,avocado,hr_attrition,sms"
_HEADS = ("data", "box s", "wall s", "used", "fits", "start s", "fits made", "candidates", "chosen")


@dataclass(frozen=True)
class Machine:
    """Seconds of all cores since the machine started.

    Attributes
    ----------
    busy_s : float
        At work, for anybody.
    stolen_s : float
        Had by other machines of the same host.
    """

    busy_s: float
    stolen_s: float

    @classmethod
    def now(cls) -> Machine:
        """As /proc/stat has it."""
        fields = [
            int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        ]
        user, nice, system, _, _, irq, softirq, steal = fields[:8]
        tick = os.sysconf("SC_CLK_TCK")
        return cls((user + nice + system + irq + softirq) / tick, steal / tick)


def main() -> None:
    """Print a line a data set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rows", type=int, default=200_000, help="most rows of a data set")
    parser.add_argument("--data", default=_DATA)
    options = parser.parse_args()
    print("|".join(["", *_HEADS, ""]))
    print("|".join(["", "---", *["---:"] * (len(_HEADS) - 2), "---", ""]), flush=True)
    for name in options.data.split(","):
        print("|".join(["", name, *_line(name, options.rows, options.seconds), ""]), flush=True)


def _line(name: str, rows: int, seconds: float) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        make_project(DATA_SETS[name](rows), Path(folder), seconds)
        for row in ("problem", "data"):
            leadline(Path(folder), row)
        before, started = Machine.now(), time.monotonic()
        leadline(Path(folder), "search")
        wall_s, after = time.monotonic() - started, Machine.now()
        with Workspace.open(Path(folder)) as workspace:
            search = read(workspace, "search", Search)
    used_s = after.busy_s - before.busy_s
    could_s = (os.cpu_count() or 1) * min(seconds, wall_s) - (after.stolen_s - before.stolen_s)
    n_fits = sum(len(point.errors) for trial in search.trials for point in trial.points)
    return [
        f"{seconds:g}",
        f"{wall_s:.1f}",
        f"{used_s / could_s:.0%}",
        f"{search.fits_cpu_s / used_s:.0%}",
        f"{search.starting_s or 0:.1f}",
        str(n_fits),
        str(len(search.ranked)),
        search.chosen,
    ]


if __name__ == "__main__":
    main()
