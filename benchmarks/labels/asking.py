"""Ask two people, a third only when they disagree: votes an item, and the labels it gives.

100,000 yes-or-no items, judges who are right with a given probability; the same three votes are
there for both, the cheaper way reads the third only when it asks for it.

    python benchmarks/labels/asking.py
"""

from __future__ import annotations

import numpy as np

from leadline.stats.labels.votes_needed import places_left

_N_ITEMS = 100_000


def asked(votes: np.ndarray, n_first: int, n_most: int) -> tuple[int, bool]:
    """Votes read, and the label."""
    told = [str(vote) for vote in votes]
    n = next(
        n
        for n in range(1, n_most + 1)
        if not places_left(told[:n], 0, votes=n_first, most_votes=n_most)
    )
    return n, bool(2 * votes[:n].sum() > n)


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(0)
    print("| a judge is right | ask | votes an item | label of all | right | right, one vote |")
    print("|---:|---|---:|---:|---:|---:|")
    for right in (0.7, 0.8, 0.9):
        for n_first, n_most in ((2, 3), (2, 5), (3, 5)):
            votes = (rng.random((_N_ITEMS, n_most)) < right).astype(int)  # 1: the truth
            told = [asked(each, n_first, n_most) for each in votes]
            labels = np.array([label for _, label in told])
            whole = 2 * votes.sum(axis=1) > n_most
            cells = [
                f"{right}",
                f"{n_first}, at most {n_most}",
                f"{np.mean([n for n, _ in told]):.3f}",
                *(f"{np.mean(each):.4f}" for each in (labels == whole, labels, votes[:, 0])),
            ]
            print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
