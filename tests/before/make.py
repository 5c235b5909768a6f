"""Make `project.tar.xz`: a small project that has lived through every stage.

Run it with the version whose projects are to stay readable, in an empty folder that holds no name
of a person or a machine::

    git worktree add ../before COMMIT && make -C ../before install
    cd FOLDER && .../before/.venv/bin/python .../tests/before/make.py ARCHIVE
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
import tarfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
from click.testing import CliRunner

from leadline.cli import main
from leadline.workspace import Workspace

N_POOL, N_UNLABELLED, N_STREAM, N_LATER = 400, 60, 120, 56
FIRST_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - files hold naive times
SETTINGS = """\
[project]
name = "customers"

[problem]
question = "Which customers will leave?"
label = "left"
target_score = 0.9
unit = "customer"
positive = "yes"
task = "binary"
scoring = "roc_auc"
cost_miss = 4.0
cost_false_alarm = 1.5
miss = "a customer lost"
false_alarm = "a call for nothing"
tolerance = 0.0
currency = "EUR"
budget = 500.0
time_box_s = 20.0
owner = "Olga"
assumed = ["cost_false_alarm"]

[data]
files = ["pool.csv", "unlabelled.csv"]
stream = ["stream.csv"]
time = "joined"
group = ""
exclude = ["remark"]
missing = ["unknown"]
split = "time"
test_share = 0.25
seed = 3
image_size = 32

[ethics]
answered_by = "Olga"
harmed = "customers who are called for nothing"
by_which_error = "a false alarm"
data_allowed = "our own records"
personal_data = "none"

[prices]
wage_per_hour = 18.0
seconds_per_label = 12.0
fee_share = 0.25
people = 2.0
hours_per_day = 5.0
machine_per_hour = 0.2
priced_at = 2024-06-01

[[prices.machines]]
name = "large"
on_demand = 0.9
spot = 0.3
interruptions_per_hour = 0.1
restart_s = 60.0
checkpoint_s = 300.0

[labels]
votes = 2
most_votes = 2
hold_s = 900.0
repeat_share = 0.2
gold = "gold.csv"
gold_share = 0.25
guidelines = "guidelines.md"
rule = "dawid-skene"
next = "uncertainty"
rounds = 2

[find]
families = ["majority", "linear", "forest"]
folds = 3
searcher = "random"
executor = "sequential"
n_jobs = 1
money_limit = 5.0
cpu_limit_s = 600.0
memory_limit_gb = 2.0

[serve]
peak_per_s = 20.0
growth = 2.0
spare = 2
instance_per_hour = 0.15
priced_at = "2024-06-01"

[watch]
block = "week"
retrain_cost = 40.0
error_cost = 2.5
"""
# the first search knew one family less, and was of other folds
FIRST_SETTINGS = (
    SETTINGS.replace(', "forest"]', "]")
    .replace("folds = 3", "folds = 2")
    .replace("time_box_s = 20.0", "time_box_s = 12.0")
)
GUIDELINES = "# Who has left\n\nA customer has left if the last contract ended.\n\n- yes\n- no\n"
LATER_GUIDELINES = GUIDELINES.replace("- no", "- no: a new contract followed")


def customers(n_rows: int, seed: int, skipped: int = 0) -> pl.DataFrame:
    """Customers in time order, four a day; calls and plan tell together who left."""
    rng = np.random.default_rng(seed)
    calls = rng.normal(5, 2, n_rows).round(2)
    plan = rng.choice(["basic", "plus", "family"], n_rows)
    # no line parts them well, trees do
    is_likely = (calls > 5) ^ (plan == "plus")
    left = rng.random(n_rows) < np.where(is_likely, 0.92, 0.08)
    days = [FIRST_DAY + timedelta(hours=6 * (skipped + row)) for row in range(n_rows)]
    return pl.DataFrame(
        {
            "joined": days,
            "calls": calls,
            "plan": plan,
            "remark": [f"call {row}" if row % 5 else "unknown" for row in range(n_rows)],
            "left": np.where(left, "yes", "no"),
        }
    )


def write_files(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write what the project reads; return the unlabelled rows and the stream, with their truth."""
    n_known = N_POOL + N_UNLABELLED
    more = customers(N_UNLABELLED, 1, N_POOL)
    stream = customers(N_STREAM, 2, n_known)
    # whole weeks, from a Monday on
    later = customers(N_LATER, 3, 4 * 7 * -(-(n_known + N_STREAM) // 28))
    customers(N_POOL, 0).write_csv(folder / "pool.csv")
    more.with_columns(left=pl.lit(None, pl.String)).write_csv(folder / "unlabelled.csv")
    more[:6].write_csv(folder / "gold.csv")
    stream.drop("left").write_csv(folder / "stream.csv")
    later.write_csv(folder / "later.csv")
    (folder / "guidelines.md").write_text(GUIDELINES)
    return more, stream


def say(*arguments: object, by: str = "Ada", typed: str = "", codes: tuple[int, ...] = (0,)) -> str:
    """Run a verb as somebody; typed lines answer what it asks."""
    os.environ["LEADLINE_USER"] = by
    result = CliRunner().invoke(main, [str(each) for each in arguments], input=typed)
    print("$ leadline", *arguments, f"({by})\n{result.output[-600:]}\n")
    assert result.exit_code in codes, result.exception
    return result.stdout


def label(folder: Path, truth: pl.DataFrame) -> None:
    """Three people vote, two of them in the terminal; a fourth decides what they leave open."""
    say("votes", "export", folder / "asked.csv", "--items", 0)
    items = pl.read_csv(folder / "asked-items.csv")
    known = items.join(truth.unique(["calls", "plan"]), on=["calls", "plan"], how="inner")
    ada = ["# new contract", "yes", "no", "s cannot read it", "yes", "? two contracts", "yes", "u"]
    say("label", by="Ada", typed="\n".join([*ada, "no", "q"]))
    (folder / "guidelines.md").write_text(LATER_GUIDELINES)
    say("label", by="Ben", typed="\n".join(["no", "s no time", "no", "yes", "no", "q"]))
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    votes = [
        {
            "item": row["item"],
            "judge": judge,
            "value": None if n % 17 == 3 else _said(row["left"], is_slip=n % 9 == slip),
            "seconds": 4.5 + n % 7,
            "at": (at + timedelta(minutes=n)).isoformat(),
            "reason": "the file is torn" if n % 17 == 3 else "",
        }
        for slip, judge in ((0, "Cleo"), (5, "Dan"))
        for n, row in enumerate(known[:40].to_dicts())
    ]
    pl.DataFrame(votes).write_csv(folder / "votes.csv")
    say("votes", "import", folder / "votes.csv")
    decided = ["# the contract ended in May", "yes", "no", "?", "u", "no", "q"]
    say("label", "--adjudicate", by="Olga", typed="\n".join(decided))


def _said(truth: str, *, is_slip: bool) -> str:
    return {"yes": "no", "no": "yes"}[truth] if is_slip else truth


def review(folder: Path, stream: pl.DataFrame) -> None:
    """Two people judge rows, two say what a miss is worth, one chooses."""
    # where that version keeps it; no verb gives an opinion
    give_opinion = import_module("leadline.services.opinions").give_opinion

    say("review", by="Ada", typed="\n".join(["y", "n", "?", "y", "u", *["n", "y"] * 4, "q"]))
    say("export", "rows", folder / "rows.csv")
    drawn = pl.read_csv(folder / "rows.csv")
    said = ["" if row % 31 == 0 else stream["left"][row] for row in drawn["row"]]
    drawn.with_columns(is_positive=pl.Series(said)).write_csv(folder / "rows.csv")
    say("review", "--judgments", folder / "rows.csv", by="Ben")
    tuning = json.loads(say("status", "--json"))["rows"]["tuning"]["entry"]
    with Workspace.open(folder) as workspace:
        for by, ratio, why in (("Pia", 2.0, ""), ("Quin", 5.0, "a call is cheap")):
            give_opinion(workspace, tuning, ratio, why, by)
        give_opinion(workspace, tuning, 3.0, "having asked the shop", "Pia")
    costs = ("--cost-miss", 6.0, "--cost-false-alarm", 2.0)
    say("review", "--choose", "balanced", "--why", "ten calls a day are fine", *costs, by="Olga")


def live(folder: Path) -> None:
    """Every stage once, the search and the problem twice."""
    unlabelled, stream = write_files(folder)
    # which item comes first follows from it; made again, the archive has the same votes
    (folder / ".leadline").mkdir()
    (folder / ".leadline" / "web.secret").write_bytes(b"only for tests, known to anybody")
    say("init", folder / "pool.csv", "--label", "left", "--name", "customers", "--yes")
    # once as a person would begin, then with every key set, the search twice
    for text in (FIRST_SETTINGS, SETTINGS):
        (folder / "leadline.toml").write_text(text)
        say("run", "define", codes=(0, 3))
        say("decide", "define", "go", "--why", "a small gain pays too", by="Olga")
        say("run", "find", codes=(0, 3))
        say("decide", "find", "go", "--why", "good enough to go on", by="Olga")
    say("run", "curve", codes=(0, 3))
    label(folder, unlabelled)
    say("run", "train", codes=(0, 3))
    say("decide", "train", "go", "--why", "labels are cheap", by="Olga")
    say("run", "forecast", codes=(0, 3))
    say("run", "tuning", codes=(0, 3))
    say("decide", "apply", "go", "--why", "we look at what it does", by="Olga")
    review(folder, stream)
    say("run", "ship", codes=(0, 3))
    say("decide", "ship", "go", "--why", "the shop is ready", by="Olga")
    say("watch", folder / "later.csv", codes=(0, 3))
    invited = (("Ben", "label"), ("Pia", "judge"), ("Rob", "adjudicate"))
    links = {
        name: say("invite", name, "--role", role, "--days", 366).splitlines()[0]
        for name, role in invited
    }
    (folder / "links.json").write_text(json.dumps(links, indent=1))
    say("invite", "--revoke", "Rob")
    say("score", folder / "later.csv", "--to", folder / "scored.csv")
    # more votes make the labelling new, and with it the forecast stale
    say("label", by="Sue", typed="\n".join(["yes"] * 4 + ["q"]))
    say("run", "labelling", codes=(0, 3))
    (folder / "status.json").write_text(say("status", "--json"))
    say("report", "--form", "json", "--to", folder / "report.json")


def pack(folder: Path, archive: Path) -> None:
    """Pack what a project is; the private key stays out, its public half is enough to open."""
    with closing(sqlite3.connect(folder / ".leadline" / "leadline.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
    left_out = {"release.key", "leadline.db-wal", "leadline.db-shm"}
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in left_out:
                info = tar.gettarinfo(path, str(path.relative_to(folder)))
                info.uid = info.gid = info.mtime = 0
                info.uname = info.gname = ""
                info.mode = 0o644
                with path.open("rb") as file:
                    tar.addfile(info, file)
    print(f"{archive.name}: {archive.stat().st_size:,} bytes")


if __name__ == "__main__":
    # job rows name the machine that computed them
    socket.gethostname = lambda: "here"
    here, target = Path.cwd(), Path(sys.argv[1]).resolve()
    live(here)
    pack(here, target)
