"""Batch scoring: rows a processor second, memory, processes, and ten kills.

    python benchmarks/ship/batch.py [--rows 1000000] [--only speed,memory,jobs,kills]
    python benchmarks/ship/batch.py --rows 4000000 --only jobs

Every run is a process of its own that opens the release and scores a file; its processor time is
that of all its threads and processes, from first to last, the imports included. "Scoring alone"
leaves out the imports and the opening of the release, which cost the same for any number of rows.
Beside it stands the bare model: read the file, predict, write, without any check, all in memory.
Of two jobs the second imports and opens the release while the first does, as in the command; the
time of the rows begins when the first is ready. Their processor time is that of the whole command,
both openings included: with a core for each, the longer one is what a clock would show. Memory is
the largest anonymous memory of the process, sampled every 5 ms.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

_LARGE, _N_KILLS = 10, 10
_BATCH = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", default="speed,memory,jobs,kills")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(*given.child)
        return
    from scoring import markdown

    wanted = given.only.split(",")
    with tempfile.TemporaryDirectory(prefix="leadline-batch-") as name:
        folder = Path(name)
        _make(folder, given.rows, is_large="memory" in wanted)
        if "speed" in wanted:
            head = ["model", "file", "rows/CPU s", "scoring alone", "bare model", "wall s"]
            print(markdown(head, _speed(folder, given.rows)), "\n", flush=True)
        if "memory" in wanted:
            head = ["file", "peak MB, all rows", f"{_LARGE} times the rows", "ratio"]
            print(markdown(head, _memory(folder)), "\n", flush=True)
        if "jobs" in wanted:
            head = ["file", "rows by one job, s", "by two", "gain", "command, one", "two", "gain"]
            head += ["CPU s, one", "two", "gain on free cores", "same bytes"]
            print(markdown(head, _jobs(folder)), "\n", flush=True)
        if "kills" in wanted:
            head = ["file", "kills", "pieces kept after each", "same bytes"]
            print(markdown(head, _kills(folder)), "\n", flush=True)


def _speed(folder: Path, n_rows: int) -> list[list[str]]:
    rows = []
    for model, source, target in (
        ("linear", "table.parquet", "out.parquet"),
        ("linear", "table.csv", "out.csv"),
        ("linear", "table.parquet", "out.csv"),
        ("boosting", "table.parquet", "out.parquet"),
        ("text", "text.csv", "out.csv"),
        ("text", "text.parquet", "out.parquet"),
    ):
        ours, bare = (_run(folder, how, model, source, target) for how in ("1", "bare"))
        n = n_rows // 4 if model == "text" else n_rows
        per_second = [
            f"{n / run[at]:,.0f}" for run, at in ((ours, "cpu"), (ours, "alone"), (bare, "alone"))
        ]
        rows.append([model, f"{source} to {target}", *per_second, f"{ours['wall']:.1f}"])
    return rows


def _memory(folder: Path) -> list[list[str]]:
    rows = []
    for suffix in (".parquet", ".csv"):
        peaks = [
            _run(folder, "1", "linear", f"{name}{suffix}", f"out{suffix}")["peak"]
            for name in ("table", "large")
        ]
        shown = [f"{peak / 2**20:,.0f}" for peak in peaks]
        rows.append([suffix, *shown, f"{peaks[1] / peaks[0]:.2f}"])
    return rows


def _jobs(folder: Path) -> list[list[str]]:
    rows = []
    for model, suffix in (("linear", ".parquet"), ("linear", ".csv"), ("boosting", ".parquet")):
        runs, digests = [], []
        for how in ("1", "2"):
            runs.append(_run(folder, how, model, f"table{suffix}", f"out{suffix}"))
            digests.append(_digest(folder / f"out{suffix}"))
        one, two = runs
        cells = [f"{model}, {suffix}"]
        for what in ("scoring", "wall"):
            gain = one[what] / two[what]
            cells += [f"{one[what]:.1f}", f"{two[what]:.1f}", f"{gain:.2f}"]
        longer = max(two["own"], two["others"])
        cells += [f"{one['own']:.1f}", f"{two['own']:.1f} + {two['others']:.1f}"]
        same = "yes" if len(set(digests)) == 1 else "NO"
        rows.append([*cells, f"{one['own'] / longer:.2f}", same])
    return rows


def _kills(folder: Path) -> list[list[str]]:
    rows, rng = [], random.Random(7)
    for suffix in (".parquet", ".csv"):
        source, target = folder / f"table{suffix}", folder / f"killed{suffix}"
        begun = time.perf_counter()
        _run(folder, "1", "linear", source.name, f"whole{suffix}")
        took = time.perf_counter() - begun
        kept: list[int] = []
        n_kills = 0
        while n_kills < _N_KILLS:
            process = subprocess.Popen(
                _command(folder, "1", "linear", source.name, target.name),
                stdout=subprocess.DEVNULL,
            )
            # the start of Python and the opening of the release are no work to lose
            time.sleep(took * rng.uniform(0.6, 1.0))
            process.kill()
            n_kills += process.wait() == -signal.SIGKILL
            kept.append(len(list(folder.glob(f".{target.name}.*.parts/part-*.json"))))
            if target.exists():
                # a run was whole before it was killed: begin anew
                target.unlink()
        _run(folder, "1", "linear", source.name, target.name)
        same = _digest(target) == _digest(folder / f"whole{suffix}")
        left = list(folder.glob(f".{target.name}.*"))
        said = "yes" if same and not left else "NO"
        rows.append([suffix, str(n_kills), ", ".join(map(str, kept)), said])
    return rows


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**22):
            digest.update(block)
    return digest.hexdigest()


def _command(folder: Path, *words: str) -> list[str]:
    how, model, source, target = words
    told = [how, str(folder / model), str(folder / source), str(folder / target)]
    return [sys.executable, __file__, "--child", *told]


def _run(folder: Path, *words: str) -> dict[str, float]:
    """One process: what it took of processor, wall time and memory."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        _command(folder, *words),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    with process.stdout as out:
        told = out.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{words}: ended with {process.returncode}")
    alone, own, others, scoring, peak = map(float, told.split()[-5:])
    cpu = usage.ru_utime + usage.ru_stime
    wall = time.perf_counter() - begun
    told_of = {"alone": alone, "own": own, "others": others, "scoring": scoring, "peak": peak}
    return {"cpu": cpu, "wall": wall, **told_of}


def _child(how: str, release: str, source: str, target: str) -> None:
    from leadline.engines.loading import load
    from leadline.engines.worker_imports import begin_imports

    workers = None
    if how.isdigit() and int(how) > 1:
        # as the command does, before it imports what scores itself
        workers = load("executors", "loky")(int(how) - 1, n_beside=1)
        begin_imports(workers, "leadline.serving.batch.piece_scoring")
    from leadline.serving.releases.bundle import open_bundle, public_keys
    from leadline.serving.releases.release_place import ReleasePlace

    keys = public_keys(Path(release).parent / "key")
    (folder,) = Path(release).iterdir()
    peak = [0]
    threading.Thread(target=_watch, args=(peak,), daemon=True).start()
    score = load("servers", "batch")
    began: list[float] = []

    def opened(*_: object) -> Any:
        bundle = open_bundle(folder, trusted=keys)
        peak[0] = 0
        began[:] = time.perf_counter(), _cpu_s()
        return bundle

    if how == "bare":
        _score_bare(opened(), Path(source), Path(target))
    elif how == "1":
        score(opened(), source, target)
    else:
        sys.modules[score.__module__].open_release = opened  # type: ignore[attr-defined]
        score(ReleasePlace.of(folder, keys), source, target, executor=workers)
    wall, cpu = began
    own = time.process_time()
    print(_cpu_s() - cpu, own, _others_cpu_s(), time.perf_counter() - wall, peak[0])


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _others_cpu_s() -> float:
    """Processor time of the processes that this one has started and that still wait for work."""
    ticks = 0
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = each.read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _watch(peak: list[int]) -> None:
    while True:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        (anon,) = (line for line in lines if line.startswith("RssAnon"))
        peak[0] = max(peak[0], int(anon.split()[1]) * 1024)
        time.sleep(0.005)


def _score_bare(bundle: Any, source: Path, target: Path) -> None:
    """What a notebook does: the frame, the model's own method, the frame with one more column."""
    is_text = source.suffix == ".csv"
    frame = pl.read_csv(source, try_parse_dates=True) if is_text else pl.read_parquet(source)
    X = frame.select(*bundle.manifest.columns).with_columns(pl.col(pl.Int64).cast(pl.Float64))
    if "at" in X.columns:
        X = X.with_columns(pl.col("at").cast(pl.Datetime("us")))
    scored = frame.with_columns(score=bundle._model.predict_proba(X)[:, 1])
    scored.write_csv(target) if target.suffix == ".csv" else scored.write_parquet(target)


def _make(folder: Path, n_rows: int, *, is_large: bool) -> None:
    """Releases of three models, and files that are as large as asked for."""
    from leadline.engines.loading import load
    from leadline.reading.conform import conform
    from leadline.reading.table import read_tables
    from leadline.serving.releases.bundle import Card, load_or_make_key, seal
    from leadline.serving.releases.learnt_rows import LearntRows

    key = load_or_make_key(folder / "key")
    for name, family, make in (
        ("linear", "linear", _table),
        ("boosting", "boosting", _table),
        ("text", "linear", _texts),
    ):
        frame, y = make(20_000, 1)
        frame.write_csv(folder / "train.csv")
        read = read_tables([folder / "train.csv"])
        columns = _kinds(frame)
        X = conform(read.frame, columns, reading=read.schema)
        maker = load("families", family)()
        model = maker.build(maker.candidates("binary", columns, X.height)[0], "binary", columns, 0)
        card = Card(
            project="batch",
            label="late",
            task="binary",
            columns=columns,
            positive="1",
            classes=("0", "1"),
            threshold=0.5,
            reading=tuple(read.schema.only(columns).to_payload()),
            family=family,
        )
        seal(
            folder / name,
            model=model.fit(X, y),
            card=card,
            golden_X=frame.head(50),
            key=key,
            learnt=LearntRows.of(X),
        )
    for name, make, n in (("table", _table, n_rows), ("text", _texts, n_rows // 4)):
        frame = pl.concat([make(min(_BATCH, n - at), 2 + at)[0] for at in range(0, n, _BATCH)])
        frame.write_parquet(folder / f"{name}.parquet", row_group_size=_BATCH)
        frame.write_csv(folder / f"{name}.csv")
        if is_large and name == "table":
            paths = [folder / "table.parquet"] * _LARGE
            pl.scan_parquet(paths).sink_parquet(folder / "large.parquet", row_group_size=_BATCH)
            pl.scan_parquet(paths).sink_csv(folder / "large.csv")


def _kinds(frame: pl.DataFrame) -> dict[str, str]:
    kinds = {}
    for name, dtype in frame.schema.items():
        is_word = dtype == pl.String
        kind = "number" if dtype.is_numeric() else "date"
        kinds[name] = ("text" if name == "said" else "category") if is_word else kind
    return kinds


def _table(n_rows: int, seed: int) -> tuple[pl.DataFrame, Any]:
    """Ten numbers, five categories and a date, a few of them missing."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for i in range(8):
        values = pl.Series(np.round(rng.normal(size=n_rows) * 10 ** (i % 4), 3))
        columns[f"n{i}"] = values.set(pl.Series(rng.random(n_rows) < 0.02 * (i % 3)), None)
    for i in range(2):
        columns[f"i{i}"] = rng.integers(0, 1000 * (i + 1), n_rows)
    for i in range(5):
        names = np.array([f"kind {i} {k}" for k in range(4 ** (i % 4 + 1))])
        values = pl.Series(names[rng.integers(0, names.size, n_rows)])
        columns[f"c{i}"] = values.set(pl.Series(rng.random(n_rows) < 0.01), None)
    minutes = rng.integers(0, 700 * 24 * 60, n_rows) * 60_000_000
    columns["at"] = pl.Series(np.datetime64("2023-01-01", "us") + minutes.astype("timedelta64[us]"))
    frame = pl.DataFrame(columns)
    is_kind = (frame["c0"] == "kind 0 1").fill_null(value=False).cast(pl.Float64).to_numpy()
    pull = frame["n0"].fill_null(0).to_numpy() + is_kind
    return frame, (pull + rng.normal(size=n_rows) > 0.3).astype(int)


def _texts(n_rows: int, seed: int) -> tuple[pl.DataFrame, Any]:
    """Messages of about ten words, rare and frequent as words are."""
    rng = np.random.default_rng(seed)
    words = np.array([f"w{k:x}" for k in range(30_000)])
    ranks = np.minimum(rng.zipf(1.3, size=(n_rows, 10)), words.size) - 1
    texts = [" ".join(row) for row in words[ranks]]
    y = (ranks.min(axis=1) % 2 == 0).astype(int) ^ (rng.random(n_rows) < 0.1)
    return pl.DataFrame({"id": np.arange(n_rows), "said": texts}).select("said", "id"), y


if __name__ == "__main__":
    main()
