"""The ceiling that disagreement sets, from few votes, against what 70 to 100 people think.

4,200 tweets, each rated by about 90 people; whoever rates above a limit says yes. The truth is the
best accuracy against one judge, from all ratings. Then 200 tweets and three votes each are drawn,
200 times, and the ceiling is estimate_stream from them.

    python benchmarks/labels/ceiling.py
"""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np

from leadline.stats.labels.ceiling import agreement_ceiling

_TWEETS = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "crowd" / "tweets_ratings.csv.gz"
)
_N_ITEMS, _N_DRAWS = 200, 200
_LIMITS = (0, 1, 2)
_N_VOTES = (2, 3, 5)


def ratings() -> list[np.ndarray]:
    """Of each tweet."""
    text = gzip.decompress(_TWEETS.read_bytes()).decode()
    rows = csv.DictReader(io.StringIO(text))
    return [np.array(row["ratings"].split(), dtype=int) for row in rows]


def true_ceiling(yes: list[np.ndarray]) -> float:
    """E[max(pi, 1 - pi)]: half of the people say what most think, the other half is asked.

    Choosing the larger share and asking the same people would flatter the ceiling.
    """
    rng = np.random.default_rng(0)
    values = []
    for each in yes:
        mixed = rng.permutation(each)
        half = mixed.size // 2
        first, second = mixed[:half], mixed[half:]
        for told, asked in ((first, second), (second, first)):
            share = asked.mean()
            values.append(share if told.mean() > 0.5 else 1 - share)
    return float(np.mean(values))


def draw(yes: list[np.ndarray], n_votes: int, rng: np.random.Generator) -> np.ndarray:
    """Votes for yes on some tweets."""
    chosen = rng.choice(len(yes), _N_ITEMS, replace=False)
    return np.array([rng.choice(yes[i], n_votes, replace=False).sum() for i in chosen])


def main() -> None:
    """Print the table."""
    rated = ratings()
    print(f"{_N_ITEMS} items, {_N_DRAWS} draws; bounds of 90 %")
    print("| yes is above | votes | truth | bias | RMSE | plug-in's bias | RMSE | hold | width |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for limit in _LIMITS:
        yes = [each > limit for each in rated]
        truth = true_ceiling(yes)
        for n_votes in _N_VOTES:
            rng = np.random.default_rng(n_votes)
            drawn = [draw(yes, n_votes, rng) for _ in range(_N_DRAWS)]
            found = [agreement_ceiling(each, np.full(_N_ITEMS, n_votes)) for each in drawn]
            ours = np.array([each.estimate for each in found]) - truth
            plug_in = [np.mean(np.maximum(each, n_votes - each)) / n_votes for each in drawn]
            plain = np.array(plug_in) - truth
            hold = np.mean([each.low <= truth <= each.high for each in found])
            width = np.mean([each.high - each.low for each in found])
            print(
                f"| {limit} | {n_votes} | {truth:.4f} | {ours.mean():+.4f} | "
                f"{np.sqrt(np.mean(ours**2)):.4f} | {plain.mean():+.4f} | "
                f"{np.sqrt(np.mean(plain**2)):.4f} | {hold:.2f} | {width:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
