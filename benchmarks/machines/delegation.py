"""May a machine label here: the alternative annotator test, and how often it is wrong.

First the three public sets, beside what the test's authors published. Then planted machines: 50
and 100 rows, people as good as those of each case, and a machine that is behind the worst person by
a known gap. The gap is measured as the test has it: of the rows on which the two are not alike
close to the others, the share that the person wins less the share that the machine wins. The second
figure of a cell counts a yes only where the machine is not behind everybody. Last the level against
one person, all outcomes counted: the largest probability, over the shares of rows that the machine
may win, that one which is behind by just epsilon wins at .05, by the authors' t-test and by both
tests. Beyond 200 rows the t-test stands alone; its level is that of a machine that never wins.

    python benchmarks/machines/delegation.py [--draws 300] [--rows 50 100] [--seed 0]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from public_sets import vote_sets
from scipy.stats import binom, multinomial

from leadline.stats.machine_votes import alternative_test
from leadline.stats.machine_votes.behind_test import _by_t, behind_p_value

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

# winning rate and advantage probability, from the authors' notebook
_PUBLISHED = {
    "framing": {
        "gemini_flash": (1.00, 0.83),
        "gemini_pro": (1.00, 0.91),
        "gpt-4o": (1.00, 0.92),
        "llama-31": (0.50, 0.80),
        "gpt-4o-mini": (1.00, 0.87),
        "mistral-v03": (0.25, 0.80),
    },
    "cebab_aspects": {
        "gemini_flash": (0.70, 0.91),
        "gemini_pro": (0.90, 0.94),
        "gpt-4o": (0.90, 0.93),
        "llama-31": (0.60, 0.89),
        "gpt-4o-mini": (0.50, 0.90),
        "mistral-v03": (0.10, 0.81),
    },
    "10k_prompts": {
        "gemini_flash": (0.31, 0.67),
        "gemini_pro": (0.08, 0.63),
        "gpt-4o": (0.69, 0.76),
        "llama-31": (0.15, 0.67),
        "gpt-4o-mini": (0.92, 0.80),
        "mistral-v03": (0.15, 0.67),
    },
}
_PEOPLE = {
    "three, alike": (0.9, 0.9, 0.9),
    "three, near agreement": (0.99, 0.99, 0.99),
    "three, one weak": (0.95, 0.9, 0.8),
    "two": (0.9, 0.85),
    "five crowd": (0.85, 0.85, 0.8, 0.8, 0.75),
}
_EPSILONS = (0.1, 0.15, 0.2)
_GAPS = (0.0, 0.1, 0.15, 0.2, 0.3)
_SURE = 30_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--rows", type=int, nargs="+", default=[50, 100])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    header = (
        "set, machine",
        "won, authors",
        "won, ours",
        "advantage, authors",
        "ours",
        "may label",
    )
    print(markdown(header, public_rows()))
    for n_rows in options.rows:
        header = (
            f"people, epsilon; yes of {options.draws} with {n_rows} rows",
            *(f"behind by {gap}" for gap in _GAPS),
            "better by .05",
        )
        print()
        print(markdown(header, planted_rows(options.draws, n_rows, options.seed)))
    header = ("rows", "epsilon", "t-test alone", "and the exact test")
    print()
    print(markdown(header, level_rows()))


def level_rows() -> list[list[str]]:
    rows = []
    for n in (30, 50, 75, 100):
        won, lost = np.nonzero(np.add.outer(np.arange(n + 1), np.arange(n + 1)) <= n)
        for epsilon in _EPSILONS:
            speaks_for_it = lost - won < n * epsilon
            ahead, behind = won[speaks_for_it], lost[speaks_for_it]
            counts = np.stack([ahead, behind, n - ahead - behind], axis=1)
            outcomes = [np.repeat([-1.0, 1.0, 0.0], each) for each in counts]
            by_t = np.array([_by_t(each, epsilon) for each in outcomes]) <= 0.05
            by_both = by_t.copy()
            for at in np.nonzero(by_t)[0]:
                by_both[at] = behind_p_value(outcomes[at], epsilon) <= 0.05
            shares = np.linspace(0.0, (1 - epsilon) / 2 - 1e-9, 60)
            levels = [
                max(
                    multinomial.pmf(counts[passes], n, [s, s + epsilon, 1 - 2 * s - epsilon]).sum()
                    for s in shares
                )
                for passes in (by_t, by_both)
            ]
            rows.append([str(n), str(epsilon), *(f"{level:.3f}" for level in levels)])
    for n in (250, 500):
        for epsilon in _EPSILONS:
            lost = np.arange(int(n * epsilon) + 1)
            by_t = [behind_p_value(np.repeat([1, 0], [k, n - k]), epsilon) <= 0.05 for k in lost]
            level = f"{binom.cdf(lost[by_t].max(), n, epsilon):.3f}"
            rows.append([str(n), str(epsilon), level, level])
    return rows


def public_rows() -> list[list[str]]:
    rows = []
    for votes in vote_sets():
        for name, (won, advantage) in _PUBLISHED[votes.name].items():
            found = alternative_test(
                votes.item,
                votes.annotator,
                votes.label,
                votes.machines[name],
                epsilon=votes.epsilon,
                scoring=votes.scoring,
            )
            rows.append(
                [
                    f"{votes.name}, {name}",
                    f"{won:.2f}",
                    f"{found.winning_rate:.2f}",
                    f"{advantage:.2f}",
                    f"{found.advantage:.2f}",
                    "yes" if found.passes else "no",
                ]
            )
    return rows


def planted_rows(n_draws: int, n_rows: int, seed: int) -> list[list[str]]:
    rows = []
    for case, people in _PEOPLE.items():
        machines = [_accuracy_behind(people, gap) for gap in _GAPS] + [min(max(people) + 0.05, 1.0)]
        for epsilon in _EPSILONS:
            cells = []
            for accuracy in machines:
                rng = np.random.default_rng(seed)
                found = [
                    alternative_test(*_drawn(people, accuracy, n_rows, rng), epsilon=epsilon)
                    for _ in range(n_draws)
                ]
                yes = np.mean([bool(one.passes) for one in found])
                plain = np.mean([bool(one.passes) and not one.is_behind_everybody for one in found])
                cells.append(f"{yes:.3f}, {plain:.3f}")
            rows.append([f"{case}, {epsilon}", *cells])
    return rows


def _drawn(
    people: tuple[float, ...], machine: float, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, ...]:
    truth = rng.integers(3, size=n)
    labels = [
        np.where(rng.random(n) < accuracy, truth, (truth + rng.integers(1, 3, n)) % 3)
        for accuracy in (*people, machine)
    ]
    item, annotator = np.tile(np.arange(n), len(people)), np.repeat(np.arange(len(people)), n)
    return item, annotator, np.concatenate(labels[:-1]), labels[-1]


def _accuracy_behind(people: tuple[float, ...], gap: float) -> float:
    """The accuracy at which a machine is behind the worst person by the gap."""
    low, high = 0.0, min(people)
    for _ in range(9):
        middle = (low + high) / 2
        rng = np.random.default_rng(1)
        found = alternative_test(*_drawn(people, middle, _SURE, rng), epsilon=0.1)
        worst = min(found.against, key=lambda one: one.person - one.machine)
        low, high = (middle, high) if worst.person - worst.machine > gap else (low, middle)
    return (low + high) / 2


if __name__ == "__main__":
    main()
