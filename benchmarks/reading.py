"""Seconds and memory to read a large table: whole, column by column, beside readers that guess.

A file of 17 columns is made: numbers with points, whole numbers, categories, codes with leading
zeros, ISO dates, and words. Each reader gets a process of its own; the others sample the file for
its types, keep no schema, and turn the codes into numbers. The bar for leadline is 1.5 times the
seconds of polars when it reads the file and sorts it by all columns, and three times the file in
memory. Processor seconds say less of what else the machine does.

Run ``python benchmarks/reading.py --rows 2000000``, also with ``--form quoted`` (every field), or
with ``--form blank-line`` at the end, for which leadline reads the file whole.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

SORTED = "polars and a full sort"
READERS = ("leadline", SORTED, "polars", "pandas")


def make(path: Path, n_rows: int, form: str = "plain") -> None:
    """Write the file, 200,000 rows at a time."""
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, n_rows, 200_000):
            n = min(200_000, n_rows - start)
            days = np.datetime64("2015-01-01") + rng.integers(0, 3_000, n)
            columns: dict[str, object] = {"day": days}
            columns |= {f"x{each}": np.round(rng.lognormal(3, 2, n), 2) for each in range(8)}
            columns |= {f"n{each}": rng.integers(0, 5_000, n) for each in range(4)}
            columns |= {f"c{each}": rng.choice(["north", "south", "west"], n) for each in range(2)}
            columns["zip"] = [f"{each:05d}" for each in rng.integers(0, 99_999, n)]
            columns["said"] = [f"order {each} of may" for each in rng.integers(0, 10**6, n)]
            pl.DataFrame(columns).write_csv(
                file,
                include_header=start == 0,
                quote_style="always" if form == "quoted" else "necessary",
            )
        file.write(b"\n" * (form == "blank-line"))


def read(reader: str, path: Path) -> None:
    """Read the file, and print the seconds and MiB that it took and how zip codes were read."""
    start, start_cpu = time.perf_counter(), time.process_time()
    if reader == "leadline":
        from leadline.reading.table import read_tables

        first = read_tables([path]).frame["zip"][0]
    elif reader == SORTED:
        frame = pl.read_csv(path)
        first = frame.sort(frame.columns)["zip"][0]
    elif reader == "polars":
        first = pl.read_csv(path, try_parse_dates=True)["zip"][0]
    else:
        import pandas as pd

        first = pd.read_csv(path, parse_dates=["day"])["zip"][0]
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kind = "words" if isinstance(first, str) else "numbers"
    print(f"| {reader} | {seconds:.1f} | {cpu:.1f} | {peak:,.0f} | {kind} |")


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--reader", choices=READERS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--form", choices=("plain", "quoted", "blank-line"), default="plain")
    given = parser.parse_args()
    if given.reader:
        read(given.reader, given.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        make(path, given.rows, given.form)
        size = path.stat().st_size / 1e6
        print(f"{given.rows:,} rows of 17 columns, {size:,.0f} MB\n", flush=True)
        print(f"three times the file: {3 * size * 1e6 / 2**20:,.0f} MiB\n")
        print("| reader | seconds | processor seconds | peak MiB | codes with leading zeros are |")
        print("|---|---:|---:|---:|---|")
        sys.stdout.flush()
        for reader in READERS:
            command = [sys.executable, __file__, "--reader", reader, "--file", str(path)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
