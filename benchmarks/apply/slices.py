"""Is a part of the rows that fares worse found, and is none named where nothing differs?

    python benchmarks/apply/slices.py [--repetitions 300] [--seed 17] [--processes 2]

Seeded. Each repetition draws test rows with two categories and three numbers (two of them alike),
and which of them are wrong: 24 slices of one column and up to 200 pairs are looked at. The peer
looks at the same ones by Fisher's exact test of each against the rest, at 5 % divided by how many
they are (Bonferroni); "unpaid" is the same without dividing. Pairs of the peers need only be worse
than the rest.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from repeating import repeat

from leadline.stats.slices import search_slices
from leadline.stats.slices.loss_tests import exact_tail
from leadline.stats.slices.slice_rules import membership_of, pairs_of

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_MIN_ROWS, _N_BINS, _MOST_PAIRS, _ERROR = 30, 5, 200, 0.05
_SINGLE, _PAIR = "plan = u", "plan = w and town = k"


@dataclass(frozen=True)
class Setting:
    """How many rows, how many of them are wrong, and who fares worse."""

    n: int
    wrong: float
    what: str = ""
    times: float = 2.0

    @property
    def name(self) -> str:
        return {
            "": "nobody",
            "slice": f"{_SINGLE}, {self.times:g} times",
            "pair": f"{_PAIR}, {self.times:g} times",
            "parts": "plan = w and town = k, each by as much again, which adds up",
        }[self.what]

    @property
    def aim(self) -> str:
        return {"": "", "slice": _SINGLE, "pair": _PAIR, "parts": ""}[self.what]

    def draw(self, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
        plan = rng.choice(list("uvwxyz"), self.n, p=[0.1, 0.1, 0.2, 0.2, 0.2, 0.2])
        town = rng.choice(list("klm"), self.n, p=[0.5, 0.3, 0.2])
        number = rng.normal(size=self.n)
        columns = {
            "plan": plan,
            "town": town,
            "number": number,
            "other": rng.gamma(2, 1, self.n),
            "alike": number + rng.normal(size=self.n),
        }
        share = np.full(self.n, self.wrong)
        if self.what == "slice":
            share[plan == "u"] *= self.times
        if self.what == "pair":
            share[(plan == "w") & (town == "k")] *= self.times
        if self.what == "parts":
            share += self.wrong * ((plan == "w").astype(float) + (town == "k"))
        return columns, (rng.random(self.n) < share).astype(np.float64)

    def run(self, rng: np.random.Generator) -> list[list[float]]:
        """Of each method: whether anything was named, the right one, a pair; and the bound."""
        columns, loss = self.draw(rng)
        found = search_slices(loss, columns, rng=rng).worse
        ours = {each.words: each.at_least or 0.0 for each in found}
        peers = _by_fisher(columns, loss)
        tested = len(peers)
        named = [
            set(ours),
            {words for words, p in peers.items() if p <= _ERROR / tested},
            {words for words, p in peers.items() if p <= _ERROR},
        ]
        lines = [[bool(n), self.aim in n, any(" and " in words for words in n)] for n in named]
        return [[*map(float, line), ours.get(self.aim, np.nan)] for line in lines]


def _by_fisher(columns: dict[str, np.ndarray], loss: np.ndarray) -> dict[str, float]:
    """p-value of every slice and pair against the rest of the rows."""
    singles = membership_of(columns, loss.size, _N_BINS)
    n_wrong = int(loss.sum())
    found = {}
    for slices in (singles, pairs_of(singles, _MIN_ROWS, _MOST_PAIRS)):
        counts = np.rint(slices.rows @ loss).astype(int)
        for rules, n, k in zip(slices.rules, slices.n_rows, counts, strict=True):
            words = " and ".join(rule.words for rule in rules)
            found[words] = float(exact_tail(int(n), n_wrong, loss.size)[k])
    return found


SETTINGS = (
    *(Setting(n, wrong) for n, wrong in ((500, 0.2), (1_000, 0.1), (5_000, 0.1), (5_000, 0.03))),
    *(Setting(5_000, wrong, "slice") for wrong in (0.05, 0.1, 0.2)),
    *(Setting(n, 0.1, "slice") for n in (1_000, 2_000)),
    Setting(5_000, 0.1, "slice", 1.5),
    *(Setting(n, 0.1, "pair") for n in (5_000, 10_000)),
    Setting(5_000, 0.1, "pair", 3.0),
    Setting(5_000, 0.1, "parts"),
)
METHODS = ("Leadline", "Bonferroni", "unpaid")
HEAD = [
    "test rows",
    "wrong",
    "who fares worse",
    "method",
    "any named",
    "it is named",
    "a pair named",
]
HEAD += ["worse by at least"]


def cells(setting: Setting, results: np.ndarray) -> list[list[str]]:
    """The lines of one setting."""
    lines = []
    for place, method in enumerate(METHODS):
        named, right, pair, bound = results[:, place].T
        known = bound[np.isfinite(bound)]
        lines.append(
            [
                f"{setting.n:,}",
                f"{setting.wrong:.0%}",
                setting.name,
                method,
                f"{named.mean():.3f}",
                f"{right.mean():.3f}" if setting.aim else "–",
                f"{pair.mean():.3f}",
                f"{known.mean():.3f}" if place == 0 and known.size else "–",
            ]
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    lines = []
    for setting in SETTINGS:
        name = f"{setting.n:,} rows, {setting.wrong:.0%} wrong, {setting.name}"
        results = repeat(
            setting.run, given.repetitions, given.seed, name=name, n_processes=given.processes
        )
        lines += cells(setting, np.array(results))
    print(markdown(HEAD, lines), flush=True)


if __name__ == "__main__":
    main()
