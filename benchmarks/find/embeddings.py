"""Sentence embeddings beside counted words: scores, and seconds of a fit.

The SMS Spam Collection (5,574 messages, 5,171 different ones; ``../shared/data/text``): the same
shuffled splits for both families, every candidate they propose, the default first; 1,500 messages
are held out. Embedding is timed once, into an empty cache, on one thread; a fit then finds the
vectors there, as folds and repeats do. Seconds of a fit are those of a processor.

    python benchmarks/find/embeddings.py [SPLITS]
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.metrics import average_precision_score

from leadline.engines.embeddings import embed
from leadline.engines.loading import load

MESSAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "text" / "sms_spam.tsv"
_SIZES = (100, 400, 1600, 4000)
_N_TEST = 1500
_COLUMNS = {"message": "text"}


def messages() -> tuple[pl.DataFrame, Any]:
    """Messages, and which are spam."""
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines if line]
    return (
        pl.DataFrame({"message": [text for _, text in pairs]}),
        np.array([label for label, _ in pairs]),
    )


def measured(family: str, params: Mapping[str, Any], n: int, n_splits: int) -> tuple[Any, ...]:
    """Accuracy, average precision and seconds of a fit, for each split."""
    X, y = messages()
    rows = []
    for seed in range(n_splits):
        order = np.random.default_rng(seed).permutation(y.size)
        test, train = order[:_N_TEST], order[_N_TEST : _N_TEST + n]
        began = time.process_time()
        model = load("families", family)().build(params, "binary", _COLUMNS, seed)
        model.fit(X[train], y[train])
        seconds = time.process_time() - began
        score, truth = model.predict_proba(X[test])[:, 1], y[test] == "spam"
        accuracy = float(np.mean((score > 0.5) == truth))
        rows.append((accuracy, average_precision_score(truth, score), seconds))
    return tuple(np.array(rows).T)


def main() -> None:
    n_splits = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LEADLINE_CACHE"] = folder
        texts = messages()[0]["message"].to_list()
        for what in ("empty", "full"):
            began, used = time.perf_counter(), time.process_time()
            embed(texts)
            seconds, cpu = time.perf_counter() - began, time.process_time() - used
            print(
                f"{len(texts):,} texts, cache {what}: {seconds:.2f} s, of a processor {cpu:.2f} s"
            )
        print(f"\nMean of {n_splits} splits ± standard error of it; processor seconds of a fit.\n")
        print("| rows | family | candidate | accuracy | average precision | s |")
        print("|---:|---|---|---:|---:|---:|")
        for n in _SIZES:
            for family in ("linear", "embeddings"):
                for params in load("families", family)().candidates("binary", _COLUMNS, n):
                    accuracy, precision, took = measured(family, params, n, n_splits)
                    shown = ", ".join(f"{name}={value}" for name, value in params.items())
                    scores = " | ".join(
                        f"{each.mean():.4f} ± {each.std(ddof=1) / n_splits**0.5:.4f}"
                        for each in (accuracy, precision)
                    )
                    print(
                        f"| {n} | {family} | {shown} | {scores} | {took.mean():.2f} |", flush=True
                    )


if __name__ == "__main__":
    main()
