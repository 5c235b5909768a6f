"""A real small language model offers to label, is held against people, and is told no."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from click.testing import Result
from tests.model_servers import LOCAL_MODEL

from leadline.cli.terminal.options import EXIT_NO

N_OPEN = 31  # one more than a person needs to be compared with
PRAISE = ("lovely", "excellent", "a joy", "just right", "splendid")
BLAME = ("dreadful", "broken", "a waste", "too dear", "spoilt")


def test_a_machine_that_guesses_is_asked_judged_and_told_no(
    go: Callable[..., Result], tmp_path: Path, local_model: str
) -> None:
    rng = np.random.default_rng(0)
    is_good = rng.random(60 + N_OPEN) < 0.5
    texts = [
        f"Visit {n}: it was {rng.choice(PRAISE if good else BLAME)}."
        for n, good in enumerate(is_good)
    ]
    truth = ["gloop" if good else "snarf" for good in is_good]  # no word that tells a model
    pool = {"text": texts, "kind": [*truth[:60], *[None] * N_OPEN]}
    pl.DataFrame(pool).write_csv(tmp_path / "visits.csv")
    go("init", tmp_path / "visits.csv", "--label", "kind")
    with (tmp_path / "leadline.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f'\n[machines.small]\nurl = "{local_model}"\nmodel = "{LOCAL_MODEL}"\n'
            "input = 0.0\noutput = 0.0\nmax_in_flight = 2\n"
        )
    go("run", "problem", "data")
    votes = [
        {"text": text, "judge": who, "value": label}
        for who in ("Bo", "Cy", "Dee")
        for text, label in zip(texts[60:], truth[60:], strict=True)
    ]
    pl.DataFrame(votes).write_csv(tmp_path / "votes.csv")
    go("votes", "import", tmp_path / "votes.csv")
    before = json.loads(go("status", "--json").stdout)

    ask = ("machine", "label", "small", "--blind-rows", "--json")
    done = json.loads(go(*ask).stdout)
    assert (done["n_rows"], done["n_lost"], done["spent_usd"]) == (N_OPEN, 0, 0.0)
    assert done["n_labelled"] + done["n_unsure"] == N_OPEN
    again = json.loads(go(*ask).stdout)
    assert (again["n_before"], again["n_labelled"]) == (N_OPEN, 0)
    told = go("machine", "delegation", "small", codes=(EXIT_NO,)).stdout
    assert told.startswith("may not label: 'small'")
    refused = go("machine", "label", "small", "--rows", 5, codes=(1,))
    assert "Nobody has let 'small' in." in refused.stderr
    go("machine", "decide", "small", "stop", "--why", "It guesses.")

    go("report", "--form", "markdown")
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "May small label here? People only" in report
    assert "Ada decided that it may not label: It guesses." in report
    assert re.search(r"text: Visit \d+: it was .*\| (gloop|snarf) \(3\) \|", report)
    now = json.loads(go("status", "--json").stdout)
    assert now["rows"] == before["rows"], "nothing of the life cycle has moved"
