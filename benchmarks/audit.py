"""Share of planted faults that the audit finds, and false findings on the same tables unharmed.

Beside each detector stands the rule of thumb that people write first:

* group: a column of words or whole numbers whose values come back, fewer than half as many as rows
* spread leak: a column that correlates with the label by .95
* sentinel: -1, -9, -99, -999, -9999, 99, 999, 9999 or 99999 in a column of numbers
* near repeats: a test row equal to a train row
* spellings: values that are equal in lower case
* mixed thousands: a column of numbers that `polars.read_csv` reads as numbers other than meant is
  missed, one that it leaves as text is found

Two sets of tables: those that were looked at when the bounds of the audit were chosen, and those
that were not. Run ``python benchmarks/audit.py --seeds 10``; public tables are looked for in
../shared/data. Leaks in texts have a script of their own, ``audit_texts.py``.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn import datasets

from leadline.datasets.audit.groups import groups
from leadline.datasets.audit.near_repeats import near_repeats
from leadline.datasets.audit.sentinels import sentinels
from leadline.datasets.audit.spellings import spellings
from leadline.datasets.audit.spread_leaks import spread_leak
from leadline.demo.flights import write_files
from leadline.phases.data import Role
from leadline.phases.scoring import Task
from leadline.reading.table import ReadingOptions, read_tables
from leadline.snapshot import class_texts, columns_of, infer_kinds, infer_task

PUBLIC = {
    "wine": ("quality", ()),
    "framingham": ("TenYearCHD", ()),
    "hr_attrition": ("Attrition", ()),
    "crop": ("crop", ()),
    "avocado": ("AveragePrice", ()),
    "ckd": ("classification", ()),
    "ai4i": ("Machine_failure", ("TWF", "HDF", "PWF", "OSF", "RNF")),
    "air": ("CO(GT)", ()),
}
UNSEEN = {
    # what is left out tells the label as it is: the parts of a count, the other halves of a delay
    "bike_hour": ("count", ("casual", "registered")),
    "weather": ("target", ()),
}
BUNDLED = ("breast_cancer", "diabetes", "iris", "wine", "digits")
MOST_ROWS = 3_000
KEYS = ("patient", "host", "customer_id", "Kunde", "probe", "nr", "device")
FILLERS = (-999, -9999, 9999, 99999, 999999)
FIXED = (-1, -9, -99, -999, -9999, 99, 999, 9999, 99999)


@dataclass
class Table:
    """A table, its label and what its features hold."""

    name: str
    frame: pl.DataFrame
    label: str

    def __post_init__(self) -> None:
        self.is_class = infer_task(self.frame[self.label]) is not Task.REGRESSION
        kinds = infer_kinds(self.frame, label=self.label)
        columns = columns_of(self.frame, label=self.label, kinds=kinds)
        self.features = {c.name: c.kind.value for c in columns if c.role is Role.FEATURE}

    @property
    def values(self) -> pl.Series:
        """The label; classes as text."""
        column = self.frame[self.label]
        return class_texts(column) if self.is_class else column.cast(pl.Float64)

    def is_test(self, rng: np.random.Generator) -> NDArray[np.bool_]:
        """A fifth of the rows."""
        return rng.random(self.frame.height) < 0.2


def seen(shared: Path) -> list[Table]:
    """Public tables where they are, and bundled ones."""
    found = _public(shared / "tables", PUBLIC)
    for name in BUNDLED:
        frame = pl.from_pandas(getattr(datasets, f"load_{name}")(as_frame=True).frame)
        found.append(_small(f"sklearn {name}", frame, "target"))
    return found


def unseen(shared: Path) -> list[Table]:
    """Tables nobody looked at before the bounds were chosen; flights as the demo makes them."""
    found = _public(shared / "streams", UNSEEN)
    with tempfile.TemporaryDirectory() as folder:
        scenario = write_files(Path(folder))
        frame = read_tables([Path(folder) / name for name in scenario.files]).frame
    return [*found, _small("flights", frame, "late")]


def _public(folder: Path, wanted: dict[str, tuple[str, tuple[str, ...]]]) -> list[Table]:
    found = []
    for name, (label, leaks) in wanted.items():
        path = folder / f"{name}.csv.gz"
        if path.is_file():
            missing = ("-200",) if name == "air" else ()
            options = ReadingOptions(images=None, missing=missing)
            frame = read_tables([path], options=options).frame.drop(leaks)
            found.append(_small(name, frame, label))
    return found


def _small(name: str, frame: pl.DataFrame, label: str) -> Table:
    frame = frame.filter(pl.col(label).is_not_null())
    if frame.height > MOST_ROWS:
        frame = frame.sample(MOST_ROWS, seed=0)
    return Table(name, frame, label)


Plant = Callable[[Table, np.random.Generator], Table]


def plant_group(table: Table, rng: np.random.Generator) -> Table:
    """Rows of like label get one key, three to ten rows each."""
    y = table.values.to_numpy()
    order = np.lexsort((rng.random(y.size), np.unique(y, return_inverse=True)[1]))
    n_each = int(rng.integers(3, 11))
    code = np.empty(y.size, dtype=int)
    code[order] = rng.permutation(y.size // n_each + 1)[np.arange(y.size) // n_each]
    name = KEYS[rng.integers(len(KEYS))]
    key = [f"K{each:05d}" for each in code] if rng.random() < 0.5 else code
    return Table(table.name, table.frame.with_columns(pl.Series(name, key)), table.label)


def plant_spread(table: Table, rng: np.random.Generator) -> Table:
    """Parts that only together are the label."""
    n = table.frame.height
    if not table.is_class:
        y = table.values.to_numpy()
        part = rng.normal(size=n) * y.std()
        parts = {"part_a": part, "part_b": y - part}
    else:
        codes = np.unique(table.values.to_numpy(), return_inverse=True)[1]
        n_classes = int(codes.max()) + 1
        if n_classes == 2:
            which = rng.integers(0, 3, n)
            parts = {f"flag_{i}": ((codes == 1) & (which == i)).astype(int) for i in range(3)}
        else:
            side = int(np.ceil(np.sqrt(n_classes)))
            parts = {"place_a": codes // side, "place_b": codes % side}
    columns = [pl.Series(name, part) for name, part in parts.items()]
    return Table(table.name, table.frame.with_columns(columns), table.label)


def plant_sentinel(table: Table, rng: np.random.Generator) -> Table:
    """A filler far from all else in one to five rows of a hundred."""
    names = [n for n, k in table.features.items() if k == "number" and _is_wide(table.frame[n])]
    name = names[rng.integers(len(names))]
    column = table.frame[name].cast(pl.Float64)
    spread = float(column.max()) - float(column.min())  # type: ignore[arg-type]
    fillers = [f for f in FILLERS if abs(f) > 3 * max(spread, abs(float(column.max())))]  # type: ignore[arg-type]
    filler = (
        float(fillers[rng.integers(len(fillers))])
        if fillers
        else -(10.0 ** np.ceil(np.log10(spread) + 1))
    )
    is_filled = rng.random(len(column)) < rng.uniform(0.02, 0.05)
    return Table(
        table.name,
        table.frame.with_columns(column.set(pl.Series(is_filled), filler).alias(name)),
        table.label,
    )


def _is_wide(column: pl.Series) -> bool:
    return column.drop_nulls().n_unique() > 10


def _has_letters(column: pl.Series) -> bool:
    return column.dtype == pl.String and bool(column.str.contains(r"[a-zA-Z]").any())


def plant_spellings(table: Table, rng: np.random.Generator) -> Table:
    """A tenth of the rows of a category, or of the label, in another spelling."""
    frame = table.frame
    names = [n for n, k in table.features.items() if k == "category" and _has_letters(frame[n])]
    name = names[rng.integers(len(names))] if names else "kind"
    if not names:
        codes = rng.integers(0, 4, frame.height)
        frame = frame.with_columns(
            pl.Series(name, np.array(["north", "south", "east", "west"])[codes])
        )
    column = frame[name]
    common = column.drop_nulls().mode().sort()[0]
    ways = (
        str.upper,
        str.title,
        lambda word: f"{word} ",
        lambda word: f"{word}.",
        lambda word: word.replace(" ", "  ") + "!",
    )
    way = ways[rng.integers(len(ways))]
    other = way(common) if way(common) != common else f"{common} "
    is_turned = (column == common).fill_null(value=False).to_numpy() & (
        rng.random(len(column)) < 0.2
    )
    words = column.set(pl.Series(is_turned), other)
    return Table(table.name, frame.with_columns(words.alias(name)), table.label)


def plant_near(table: Table, rng: np.random.Generator) -> Table:
    """Half of the rows once more, numbers with a thousandth of noise."""
    frame = table.frame
    copied = frame.sample(frame.height // 2, seed=int(rng.integers(2**31)))
    noisy = [
        (
            pl.col(n)
            + pl.Series(rng.normal(size=copied.height)) * 1e-3 * float(frame[n].std() or 0)
        ).alias(n)
        for n, k in table.features.items()
        if k == "number"
    ]
    numbers = [pl.col(n).cast(pl.Float64) for n, k in table.features.items() if k == "number"]
    both = pl.concat(
        [frame.with_columns(numbers), copied.with_columns(numbers).with_columns(noisy)]
    )
    return Table(table.name, both, table.label)


def find_group(t: Table, _: np.random.Generator) -> bool:
    """Any group."""
    return bool(groups(t.frame.drop(t.label), t.values, is_class=t.is_class))


def thumb_group(t: Table, _: np.random.Generator) -> bool:
    """Values that come back, fewer than half as many as rows."""
    keys = [c for c in t.frame.drop(t.label) if c.dtype == pl.String or c.dtype.is_integer()]
    return any(10 < c.n_unique() < t.frame.height / 2 for c in keys)


def find_spread(t: Table, _: np.random.Generator) -> bool:
    """Any leak spread over columns."""
    y = t.values.to_numpy()
    features = t.frame.select(list(t.features))
    return spread_leak(features, t.features, y, is_class=t.is_class) is not None


def thumb_spread(t: Table, _: np.random.Generator) -> bool:
    """A correlation of .95."""
    y = (
        np.unique(t.values.to_numpy(), return_inverse=True)[1]
        if t.is_class
        else t.values.to_numpy()
    )
    numbers = [n for n, k in t.features.items() if k == "number" and _is_varied(t.frame[n])]
    found = [
        np.corrcoef(t.frame[n].cast(pl.Float64).fill_null(0).to_numpy(), y)[0, 1] for n in numbers
    ]
    return bool(found) and float(np.max(np.abs(found))) >= 0.95


def _is_varied(column: pl.Series) -> bool:
    return column.fill_null(0).n_unique() > 1


def find_sentinel(t: Table, _: np.random.Generator) -> bool:
    """Any sentinel."""
    return bool(sentinels(t.frame))


def thumb_sentinel(t: Table, _: np.random.Generator) -> bool:
    """A value of a fixed list."""
    return any(
        bool(c.cast(pl.Float64).is_in([float(f) for f in FIXED]).any())
        for c in t.frame.drop(t.label)
        if c.dtype.is_numeric()
    )


def find_spellings(t: Table, _: np.random.Generator) -> bool:
    """Any values that are one and the same."""
    return any(spellings(c.drop_nulls().unique().to_list()) for c in _words(t))


def thumb_spellings(t: Table, _: np.random.Generator) -> bool:
    """Equal in lower case."""
    return any(
        c.drop_nulls().n_unique() > c.drop_nulls().str.to_lowercase().n_unique() for c in _words(t)
    )


def _words(t: Table) -> list[pl.Series]:
    return [c for c in t.frame if c.dtype == pl.String and c.n_unique() <= 2_000]


def find_near(t: Table, rng: np.random.Generator) -> bool:
    """A twentieth of the test rows."""
    kinds = {n: k for n, k in t.features.items() if n in t.frame.columns}
    different = t.frame.unique(list(kinds), maintain_order=True)
    return near_repeats(different, kinds, rng.random(different.height) < 0.2) >= 0.05


def thumb_near(t: Table, rng: np.random.Generator) -> bool:
    """Equal rows on both sides."""
    features = t.frame.select(list(t.features))
    is_test = pl.Series(t.is_test(rng))
    train, test = features.filter(~is_test).unique(), features.filter(is_test)
    return bool(test.join(train, on=features.columns, how="semi", nulls_equal=True).height)


def thousands(t: Table, rng: np.random.Generator, *, is_planted: bool) -> tuple[bool, bool]:
    """Whether ours and polars read mixed thousands as meant, or say that they do not."""
    meant = np.round(rng.lognormal(7, 1, t.frame.height)).astype(int)
    mark = "." if rng.random() < 0.5 else ","
    words = [f"{each:,}".replace(",", mark) if is_planted else str(each) for each in meant]
    text = pl.DataFrame({"amount": words, "other": np.arange(meant.size) % 7}).write_csv(
        separator=";"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(text)
        read = read_tables([path], options=ReadingOptions(images=None))
    by_polars = pl.read_csv(io.StringIO(text), separator=";", infer_schema_length=None)["amount"]
    ours = read.frame["amount"]
    is_right = ours.dtype.is_numeric() and ours.to_list() == meant.tolist()
    if not is_planted:
        return not is_right or bool(read.doubts), by_polars.dtype == pl.String
    return is_right or bool(read.doubts), by_polars.dtype == pl.String


KINDS: dict[str, tuple[Plant, Callable[..., bool], Callable[..., bool]]] = {
    "group": (plant_group, find_group, thumb_group),
    "spread leak": (plant_spread, find_spread, thumb_spread),
    "sentinel": (plant_sentinel, find_sentinel, thumb_sentinel),
    "near repeats": (plant_near, find_near, thumb_near),
    "spellings": (plant_spellings, find_spellings, thumb_spellings),
}


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    report("seen", seen(given.shared), given.seeds)
    report("unseen", unseen(given.shared), given.seeds)


def report(title: str, tables: Sequence[Table], seeds: int) -> None:
    """Print the table of one set of tables."""
    names = ", ".join(b.name for b in tables)
    print(f"\n{title}: {len(tables)} tables, {seeds} seeds each: {names}\n")
    print(
        "| fault | found by the audit | by the rule of thumb | clean tables with a false finding "
        "| by the rule |\n|---|---:|---:|---:|---:|",
        flush=True,
    )
    false: dict[str, int] = dict.fromkeys((b.name for b in tables), 0)
    for kind, (plant, find, thumb) in KINDS.items():
        hits, thumbs, missed = 0, 0, []
        for table in tables:
            for seed in range(seeds):
                rng = np.random.default_rng(seed)
                planted = plant(table, rng)
                is_found = find(planted, rng)
                hits += is_found
                thumbs += thumb(planted, rng)
                missed += [] if is_found else [f"{table.name} {seed}"]
        clean = {b.name: find(b, np.random.default_rng(0)) for b in tables}
        thumb_clean = sum(thumb(b, np.random.default_rng(0)) for b in tables)
        for name, is_false in clean.items():
            false[name] += is_false
        _print(kind, hits, thumbs, sum(clean.values()), thumb_clean, len(tables), seeds)
        if missed:
            print(f"<!-- missed: {', '.join(missed[:12])} -->", flush=True)
    both = [
        thousands(b, np.random.default_rng(s), is_planted=True)
        for b in tables
        for s in range(seeds)
    ]
    alone = [thousands(b, np.random.default_rng(0), is_planted=False) for b in tables]
    ours, theirs = (sum(column) for column in zip(*both, strict=True))
    mine, other = (sum(column) for column in zip(*alone, strict=True))
    _print("mixed thousands", ours, theirs, mine, other, len(tables), seeds)
    print(
        f"\nMost false findings on one clean table: {max(false.values())}; "
        f"{', '.join(f'{n} {k}' for n, k in false.items() if k) or 'none at all'}."
    )


def _print(
    kind: str, hits: int, thumbs: int, clean: int, thumb_clean: int, n: int, seeds: int
) -> None:
    print(
        f"| {kind} | {hits / n / seeds:.1%} | {thumbs / n / seeds:.1%} | {clean} of {n} "
        f"| {thumb_clean} of {n} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
