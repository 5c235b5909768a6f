"""Three strangers' files from `leadline init` to the forecast: the answer, and how long it takes.

Run it from the checkout: ``python benchmarks/journeys.py``. Prints a Markdown table. The text
messages are read from ``../shared/data``; without them that line is left out, and said.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from sklearn.datasets import load_breast_cancer

from leadline.demo import EXAMPLES

MESSAGES = Path(__file__).parents[2] / "shared" / "data" / "text" / "sms_spam.tsv"
N_FLIGHTS = 50_000


def tumours(folder: Path) -> tuple[Path, list[str]]:
    loaded = load_breast_cancer()
    columns = {str(name): loaded.data[:, i] for i, name in enumerate(loaded.feature_names)}
    names = [str(loaded.target_names[target]) for target in loaded.target]
    pl.DataFrame({**columns, "diagnosis": names}).write_csv(folder / "tumours.csv")
    return folder / "tumours.csv", ["--label", "diagnosis", "--target", "0.95"]


def messages(folder: Path) -> tuple[Path, list[str]]:
    lines = MESSAGES.read_text("utf-8").splitlines()
    rows = [line.split("\t", 1) for line in lines]
    frame = pl.DataFrame(rows, schema=["kind", "message"], orient="row")
    frame.filter(pl.col("kind").is_in(["ham", "spam"])).write_parquet(folder / "messages.parquet")
    return folder / "messages.parquet", ["--label", "kind", "--target", "0.98"]


def flights(folder: Path) -> tuple[Path, list[str]]:
    story = EXAMPLES["flights"](folder)
    pool = pl.read_parquet(folder / story.files[0])
    pool.sample(N_FLIGHTS, seed=0).sort("scheduled_at").write_parquet(folder / "flights.parquet")
    return folder / "flights.parquet", ["--label", "late", "--time", "scheduled_at"]


def leadline(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leadline.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def journey(name: str, file: Path, options: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        begun = leadline("init", str(file), *options, "--yes", "-C", folder)
        done = leadline("run", "define", "find", "train", "-C", folder, "--json")
        seconds = time.monotonic() - started
        assert begun.returncode == 0, begun.stderr
        assert done.returncode in (0, 3), done.stdout + done.stderr
        last = json.loads(done.stdout)["entries"][-1]
    return f"| {name} | {last['row']}: {last['answer']} | {last['summary']} | {seconds:.0f} |"


def main() -> None:
    print("| data | answer | in words | seconds |")
    print("|---|---|---|---:|")
    for name, write in (("breast cancer", tumours), ("SMS", messages), ("flights", flights)):
        if write is messages and not MESSAGES.exists():
            print(f"| {name} | | needs ../shared/data/text/{MESSAGES.name} | |")
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(journey(name, *write(Path(folder))), flush=True)


if __name__ == "__main__":
    main()
