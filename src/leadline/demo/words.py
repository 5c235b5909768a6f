"""Words, slang and emoticons: would most people take this one as negative?

Each of about 7,500 entries was rated by ten people; the label is what most of the ten said, so
people's own disagreement is part of the problem. Data: package vaderSentiment, MIT, Hutto and
Gilbert (2014).
"""

from __future__ import annotations

import ast
from pathlib import Path

import polars as pl

from leadline.demo.packages import data_file
from leadline.demo.scenario import Scenario

_SEED = 7
_N_POOL, _N_STREAM = 4500, 1500


def write_files(folder: Path) -> Scenario:
    """Write the pool, the stream and the later block as CSV.

    Returns
    -------
    Scenario
        What the project asks, and what people really said of the stream.
    """
    words = _words().sample(fraction=1.0, shuffle=True, seed=_SEED)
    stream = words[_N_POOL : _N_POOL + _N_STREAM]
    words[:_N_POOL].write_csv(folder / "rated.csv")
    stream.drop("negative").write_csv(folder / "unrated.csv")
    words[_N_POOL + _N_STREAM :].write_csv(folder / "later.csv")
    return Scenario(
        name="words",
        files=("rated.csv",),
        stream=("unrated.csv",),
        later=("later.csv",),
        truth=tuple(stream["negative"].to_list()),
        label="negative",
        problem={
            "question": "Would most people take this word as negative?",
            "unit": "word",
            "positive": "yes",
            "task": "binary",
            "scoring": "roc_auc",
            "target_score": 0.9,
            "cost_miss": 2.0,
            "cost_false_alarm": 1.0,
            "words": {
                "classes": {"yes": "negative", "no": "harmless"},
                "hit": "a negative word held back",
                "miss": "a negative word that slips through",
                "false_alarm": "a harmless word held back",
            },
            "currency": "USD",
            "budget": 400.0,
            "time_box_s": 30.0,
            "owner": "Leadline demo",
        },
        data={},
        ethics={
            "answered_by": "Leadline demo",
            "harmed": "people whose messages are held back, or who read what hurts",
            "by_which_error": "a false alarm silences, a miss hurts",
            "data_allowed": "public ratings of single words, released under the MIT licence",
            "personal_data": "none: words without who wrote them",
        },
        prices={
            "wage_per_hour": 15.0,
            "seconds_per_label": 4.0,
            "machine_per_hour": 0.10,
            "priced_at": "2026-11-01",
        },
        labels={"votes": 10},
        serve={
            "peak_per_s": 20.0,
            "measure_s": 20.0,
            "instance_per_hour": 0.05,
            "priced_at": "2026-11-01",
        },
        watch={"block": "week", "retrain_cost": 1500.0},
    )


def _words() -> pl.DataFrame:
    lines = data_file("vaderSentiment", "vader_lexicon.txt").read_text("utf-8").splitlines()
    rows = []
    for line in lines:
        word, _, _, ratings = line.split("\t")
        votes = ast.literal_eval(ratings)
        n_negative = sum(vote < 0 for vote in votes)
        rows.append({"word": word, "negative": "yes" if 2 * n_negative > len(votes) else "no"})
    return pl.DataFrame(rows).unique("word", maintain_order=True)
