"""Share of planted leaks in texts that the audit finds, and false findings on the same texts.

Beside the audit stands the rule of thumb that people write first: the label's own value stands as
a word in nine of ten texts. Texts of one set were looked at when the bounds were chosen, those of
the other were not. Run ``python benchmarks/audit_texts.py --seeds 10``; the texts are looked for in
../shared/data.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.audit.text_leaks import text_leaks

MOST_ROWS = 3_000
NAMES = ("Meyer", "Stone", "Diaz", "Novak", "Okoro", "Lund", "Rossi", "Sato", "Haddad", "Quinn")
Strings = NDArray[np.str_]


@dataclass
class Texts:
    """Texts and the class of each."""

    name: str
    texts: list[str]
    y: Strings

    @classmethod
    def of(cls, name: str, texts: pl.Series, y: pl.Series) -> Texts:
        """At most 3,000 rows."""
        rows = pl.DataFrame({"t": texts, "y": y.cast(pl.String)}).drop_nulls()
        rows = rows.sample(min(MOST_ROWS, rows.height), seed=0)
        return cls(name, rows["t"].to_list(), np.asarray(rows["y"].to_list(), dtype=str))


def seen(shared: Path) -> list[Texts]:
    """Short messages, and tweets by the sign of their mean rating."""
    sms = pl.read_csv(
        shared / "text" / "sms_spam.tsv",
        separator="\t",
        has_header=False,
        new_columns=["label", "text"],
        quote_char=None,
    )
    tweets = pl.read_csv(shared / "crowd" / "tweets_ratings.csv.gz")
    ratings = tweets["ratings"].str.split(" ").list.eval(pl.element().cast(pl.Float64))
    return [
        Texts.of("sms", sms["text"], sms["label"]),
        Texts.of("tweets", tweets["text"], ratings.list.mean() > 0),
    ]


def unseen(shared: Path) -> list[Texts]:
    """Subjects of commits, by project and by the year."""
    commits = pl.read_csv(shared / "streams" / "commits_dated.csv.gz")
    return [
        Texts.of("commits by year", commits["subject"], commits["date"].str.head(4)),
        *(
            Texts.of(f"commits of {name}", each["subject"], each["docs_or_tests_only"])
            for (name,), each in sorted(commits.partition_by("project", as_dict=True).items())
        ),
    ]


Plant = Callable[[Texts, np.random.Generator], list[str]]


def _one(t: Texts, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Rows of one class that has a twentieth of the rows or more."""
    classes, counts = np.unique(t.y, return_counts=True)
    return np.asarray(t.y == rng.choice(classes[counts >= 0.05 * t.y.size]))


def own_word(t: Texts, rng: np.random.Generator) -> list[str]:
    """The label's own word at the end, the beginning, or as a field."""
    form = rng.choice(["{0} STATUS: {1}", "[{1}] {0}", "{0} #{1}", "category={1}; {0}"])
    return [form.format(text, label) for text, label in zip(t.texts, t.y, strict=True)]


def mark(t: Texts, rng: np.random.Generator) -> list[str]:
    """A mark on all rows of one class, and on 1 % of the others."""
    form = rng.choice(
        ["*** {}", "{} (via support desk)", "{} Kind regards, Anna", "RE: {}", "{} ||"]
    )
    is_marked = _one(t, rng) | (rng.random(t.y.size) < 0.01 * _one(t, rng).mean())
    return [form.format(x) if m else x for x, m in zip(t.texts, is_marked, strict=True)]


def half_mark(t: Texts, rng: np.random.Generator) -> list[str]:
    """A mark on six to nine of ten rows of one class."""
    form = rng.choice(["{} -- forwarded by the desk", "<<auto>> {}", "{} see checklist QZ"])
    is_marked = _one(t, rng) & (rng.random(t.y.size) < rng.uniform(0.6, 0.9))
    return [form.format(x) if m else x for x, m in zip(t.texts, is_marked, strict=True)]


def source(t: Texts, rng: np.random.Generator) -> list[str]:
    """An id of the source, of another shape in one class."""
    forms = [
        ("ref A-{:05d}", "ref B-{:05d}"),
        ("{:06d}", "{:04d}-{:02d}"),
        ("INC{:07d}", "CHG{:07d}"),
    ]
    pair = forms[rng.integers(len(forms))]
    is_one = _one(t, rng)
    return [
        f"{x} {pair[int(o)].format(*map(int, rng.integers(10, 99, 2)))}"
        for x, o in zip(t.texts, is_one, strict=True)
    ]


def signatures(t: Texts, rng: np.random.Generator) -> list[str]:
    """Three to five people sign the rows of one class, as many others the rest."""
    names = rng.permutation(NAMES)
    n_each = int(rng.integers(3, 6))
    return [
        f"{x} {names[rng.integers(n_each) + n_each * o]}"
        for x, o in zip(t.texts, _one(t, rng).astype(int), strict=True)
    ]


def length(t: Texts, rng: np.random.Generator) -> list[str]:
    """One class is cut, the others are filled up beyond it."""
    most = int(rng.integers(60, 160))
    return [
        x[:most] if o else f"{x} {'and so on ' * 20}"[: most + 1 + int(rng.integers(40))]
        for x, o in zip(t.texts, _one(t, rng), strict=True)
    ]


KINDS: dict[str, Plant] = {
    "own word": own_word,
    "mark": mark,
    "mark on 60 to 90 % of a class": half_mark,
    "id of the source": source,
    "three to five signatures": signatures,
    "length": length,
}


def find(texts: list[str], y: Strings) -> bool:
    """Any leak."""
    return bool(text_leaks(pl.DataFrame({"t": texts}), {"t": "text"}, y, is_class=True))


def thumb(texts: list[str], y: Strings) -> bool:
    """The value of the label is a word of nine of ten texts."""
    words = [set("".join(c if c.isalnum() else " " for c in x.lower()).split()) for x in texts]
    return bool(np.mean([c.lower() in w for c, w in zip(y, words, strict=True)]) >= 0.9)


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    for title, tables in (("seen", seen(given.shared)), ("unseen", unseen(given.shared))):
        names = ", ".join(f"{t.name} ({len(t.texts):,}, {np.unique(t.y).size})" for t in tables)
        print(f"\n{title}, with rows and classes: {names}\n")
        print("| leak in texts | found by the audit | by the rule of thumb |\n|---|---:|---:|")
        for kind, plant in KINDS.items():
            report(kind, plant, tables, given.seeds)
        clean, by_rule = (sum(f(t.texts, t.y) for t in tables) for f in (find, thumb))
        n = len(tables)
        print(f"\nFalse findings on clean texts: {clean} of {n}, by the rule {by_rule} of {n}.")


def report(kind: str, plant: Plant, tables: list[Texts], seeds: int) -> None:
    """Print a line of the table."""
    hits, thumbs, missed = 0, 0, []
    for t in tables:
        for seed in range(seeds):
            planted = plant(t, np.random.default_rng(seed))
            is_found = find(planted, t.y)
            hits, thumbs = hits + is_found, thumbs + thumb(planted, t.y)
            missed += [] if is_found else [f"{t.name} {seed}"]
    n = len(tables) * seeds
    print(f"| {kind} | {hits / n:.1%} | {thumbs / n:.1%} |", flush=True)
    if missed:
        print(f"<!-- missed: {', '.join(missed[:12])} -->", flush=True)


if __name__ == "__main__":
    main()
