"""Words that come: how often they are named, and how often any is where nothing came.

    python benchmarks/watch/words.py [--runs 40]

Real texts in random order: 500 are a block, 4,000 others the reference. Five words that are in no
text are then added to 25 texts of the block each. Beside it, words chosen by their count in the
block and tested with Bonferroni's correction over the chosen, as is often done.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import hypergeom

from leadline.stats.words import new_words, pieces_of

sys.path.insert(0, str(Path(__file__).parents[1] / "find"))
sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

import data_sets
from scoring import markdown

_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_BLOCK, _REFERENCE, _TEXTS_EACH, _LEVEL = 500, 4_000, 25, 0.05
_CAME = ("zorbit", "flumex", "quandle", "brevik", "snarple")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=40)
    given = parser.parse_args()
    rows = []
    for name, texts in _texts().items():
        for method, named in (("chosen by the block", _chosen), ("Leadline", _ours)):
            false, found = 0, []
            for seed in range(given.runs):
                block, reference = _parts(texts, np.random.default_rng(seed))
                false += bool(named(block, reference))
                changed = _with_words(block, np.random.default_rng([seed, 1]))
                found.append(len(set(_CAME) & named(changed, reference)))
            cells = [f"{false} of {given.runs}", f"{np.mean(found):.1f} of 5", str(min(found))]
            rows.append([name, method, *cells])
    print(markdown(["texts", "method", "false runs", "named", "fewest named"], rows))


def _texts() -> dict[str, list[str]]:
    commits = data_sets._csv(_SHARED / "streams" / "commits_dated.csv.gz")["subject"]
    messages = data_sets.sms(10**9).frame["message"]
    return {"messages": messages.to_list(), "commits": commits.drop_nulls().to_list()}


def _parts(texts: Sequence[str], rng: np.random.Generator) -> tuple[list[str], list[str]]:
    order = rng.permutation(len(texts))[: _BLOCK + _REFERENCE]
    drawn = [texts[place] for place in order]
    return drawn[:_BLOCK], drawn[_BLOCK:]


def _with_words(block: list[str], rng: np.random.Generator) -> list[str]:
    changed = list(block)
    for word in _CAME:
        for place in rng.choice(_BLOCK, _TEXTS_EACH, replace=False):
            changed[place] += f" {word}"
    return changed


def _ours(block: list[str], reference: list[str]) -> set[str]:
    return {each.word for each in new_words(block, reference, _LEVEL)}


def _chosen(block: list[str], reference: list[str]) -> set[str]:
    here = Counter(word for text in block for word in pieces_of(text))
    before = Counter(word for text in reference for word in pieces_of(text))
    words = [word for word, n in here.items() if n >= 3]
    n = len(block) + len(reference)
    return {
        word
        for word in words
        if hypergeom.sf(here[word] - 1, n, here[word] + before[word], len(block)) * len(words)
        <= _LEVEL
    }


if __name__ == "__main__":
    main()
