"""Labels that a rule chose, and labels at random: of how many blocks the monitor says so.

    python benchmarks/watch/chosen_labels.py [--blocks 1000] [--quiet 20000]

Blocks are simulated: 300 rows, of which 10, 20 or 50 have a label, a score, the label it foretells
(three of ten positive), a region of four, and nine other columns, one of which goes with the score.
Labels are of rows at random; of the highest scores; of the scores nearest to one half; of one
region; half of them of one region; of positive rows only. "Said": share of blocks of which it is
said, at the level of the app for weeks and three years between false alarms.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from leadline.monitoring.label_requests.chosen_labels import rules_of_choice

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N_ROWS, _LEVEL = 300, 0.05 / 2 / 156.54
Block = dict[str, np.ndarray]


def block(rng: np.random.Generator) -> Block:
    odds = rng.normal(-1.2, 1.5, _N_ROWS)
    score = 1 / (1 + np.exp(-odds))
    return {
        "score": score,
        "truth": (rng.random(_N_ROWS) < score).astype(np.int64),
        "x.region": np.array(["north", "south", "east", "west"])[rng.integers(0, 4, _N_ROWS)],
        "x.like_score": odds + rng.normal(size=_N_ROWS),
        **{f"x.{place}": rng.normal(size=_N_ROWS) for place in range(8)},
    }


RULES = (
    "at random",
    "highest scores",
    "scores nearest to one half",
    "one region",
    "half of them of one region",
    "positive rows",
)


def labelled(rule: str, rows: Block, n: int, rng: np.random.Generator) -> np.ndarray:
    """Whether each row gets one of so many labels."""
    order = rng.permutation(_N_ROWS)
    is_there = rows["x.region"][order] == "north"
    first = {
        "at random": order,
        "highest scores": np.argsort(-rows["score"]),
        "scores nearest to one half": np.argsort(np.abs(rows["score"] - 0.5)),
        "one region": order[is_there],
        "half of them of one region": np.concatenate(
            [order[is_there][: n // 2], order[~is_there][: n - n // 2]]
        ),
        "positive rows": order[rows["truth"][order] == 1],
    }[rule]
    return np.isin(np.arange(_N_ROWS), first[:n])


def share_said(rule: str, n_labels: int, n_blocks: int) -> float:
    rng = np.random.default_rng([n_labels, RULES.index(rule)])
    said = 0
    for _ in range(n_blocks):
        rows = block(rng)
        is_known = labelled(rule, rows, n_labels, rng)
        frame = pl.DataFrame(rows).with_columns(truth=pl.when(pl.Series(is_known)).then("truth"))
        said += bool(rules_of_choice(frame, 0.3, level=_LEVEL))
    return said / n_blocks


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--blocks", type=int, default=1000)
    parser.add_argument("--quiet", type=int, default=20_000)
    given = parser.parse_args()
    rows = []
    for rule in RULES:
        for n_labels in (10, 20, 50):
            n_blocks = given.quiet if rule == "at random" else given.blocks
            said = share_said(rule, n_labels, n_blocks)
            rows.append([rule, str(n_labels), f"{n_blocks:,}", f"{said:.4f}"])
            print(rows[-1], file=sys.stderr, flush=True)
    print(markdown(["labels", "how many", "blocks", "said"], rows))


if __name__ == "__main__":
    main()
