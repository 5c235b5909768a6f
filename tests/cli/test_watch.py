"""The monitor as a stranger meets it: blocks of every kind get the right answer, said plainly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.cli.conftest import Call
from tests.projects import customers, write_settings

from leadline.cli.terminal.options import EXIT_NO

WEEK = "2024-06-10"


def weeks(n: int = 1, seed: int = 3, **given: Any) -> pl.DataFrame:
    """Whole weeks from 10 June 2024 on, in which nothing was learnt."""
    return customers(28 * n, seed, skipped=644, **given)


@pytest.fixture
def told(call: Call, released_folder: Path) -> Any:
    """Watch rows, and return what was said in JSON."""

    def watch(rows: pl.DataFrame, *arguments: Any, name: str = "new.csv") -> dict[str, Any]:
        rows.write_csv(released_folder / name)
        answer = call("watch", released_folder / name, "-C", released_folder, "--json", *arguments)
        assert answer.exit_code in {0, EXIT_NO}, answer.output
        read: dict[str, Any] = json.loads(answer.stdout)
        entry = read["entries"][-1]
        assert (answer.exit_code == EXIT_NO) == (entry["answer"] == "no")
        return {"answer": entry["answer"], "summary": entry["summary"], **entry["verdict"]}

    return watch


def labels_for(rows: pl.DataFrame, is_kept: pl.Expr) -> pl.DataFrame:
    return rows.with_columns(left=pl.when(is_kept).then("left"))


def test_unlabelled_then_one_label_then_all(told: Any) -> None:
    blind = told(weeks().drop("left"))
    assert blind["answer"] == "unclear"
    assert blind["summary"] == f"Of {WEEK} it is not known: none of its 28 rows has a label."
    assert blind["blocks"][0]["n_wanted"] == 28
    one = told(labels_for(weeks(), pl.int_range(28) == 3))
    assert one["answer"] == "unclear"
    assert "1 label" in one["summary"]
    assert "too few to say" in one["summary"]
    whole = told(weeks())
    assert whole["answer"] == "go"
    assert [(b["n_rows"], b["n_labelled"]) for b in whole["blocks"]] == [(28, 28)]


def test_five_labels_that_are_all_wrong_are_no_alarm(
    told: Any, call: Call, released_folder: Path
) -> None:
    rows = weeks()
    rows.drop("left").write_csv(released_folder / "x.csv")
    scored = released_folder / "x.scored.csv"
    assert call("score", released_folder / "x.csv", "-C", released_folder).exit_code == 0
    flagged = pl.read_csv(scored)["flagged"]
    wrong = (rows["left"] == "yes") != flagged
    turned = rows.with_columns(
        left=pl.when(flagged).then(pl.lit("no")).otherwise(pl.lit("yes"))
    ).with_columns(left=pl.when(pl.int_range(28) < 5).then("left"))
    assert wrong.sum() < 28
    said = told(turned)
    assert said["answer"] == "unclear"
    assert "5 labels, 5 of them wrong, are too few to say" in said["summary"]
    assert said["alarms"] == []
    assert said["blocks"][0]["evidence"] < 20


def test_rows_learnt_from_are_dropped_and_said(told: Any, released_folder: Path) -> None:
    pool = pl.read_csv(released_folder / "pool.csv", try_parse_dates=True)
    said = told(pl.concat([pool.tail(28), weeks()]))
    assert any("28 of " in f["what"] and "do not count" in f["what"] for f in said["findings"])
    assert said["answer"] == "go"
    assert [b["n_labelled"] for b in said["blocks"] if b["is_learnt"]]


def test_half_a_block_and_blocks_out_of_order_add_up(told: Any) -> None:
    rows = weeks(3)
    told(rows[56:], name="third.csv")
    half = told(rows[:14], name="half.csv")
    assert [(b["name"], b["n_rows"]) for b in half["blocks"]] == [
        ("2024-06-10", 14),
        ("2024-06-24", 28),
    ]
    said = told(rows[10:56], name="rest.csv")
    assert [b["n_rows"] for b in said["blocks"]] == [28, 28, 28]
    assert [b["name"] for b in said["blocks"]] == sorted(b["name"] for b in said["blocks"])
    again = told(rows, name="all.csv")
    assert again["blocks"] == said["blocks"]


def test_an_empty_file_is_refused_and_changes_nothing(call: Call, released_folder: Path) -> None:
    weeks().head(0).write_csv(released_folder / "empty.csv")
    answer = call("watch", released_folder / "empty.csv", "-C", released_folder)
    assert answer.exit_code == 1
    assert "empty.csv has one line only" in answer.stderr


def test_the_rows_asked_for_come_back(call: Call, told: Any, released_folder: Path) -> None:
    write_settings(
        released_folder,
        watch={"block": "week", "labels": 12},
        data={"stream": ["stream.csv"], "test_share": 0.3},
    )
    asked = released_folder / "rows.csv"
    rows = weeks(2)
    said = told(rows.drop("left"), "--ask", asked)
    (wanted,) = [f for f in said["findings"] if "want a label" in f["what"]]
    assert wanted["what"].startswith("24 rows of 2 weeks (2024-06-10, 2024-06-17) want a label.")
    assert wanted["next"].endswith("leadline watch --ask rows.csv")
    first = asked.read_text()
    answer = call("watch", "--ask", asked, "-C", released_folder)
    assert answer.exit_code == 0, answer.output
    assert "24 rows of 2 blocks written to" in answer.stdout
    assert asked.read_text() == first
    truth = dict(zip(rows["calls"], rows["left"], strict=True))
    frame = pl.read_csv(asked)
    filled = frame.with_columns(left=pl.Series([truth[each] for each in frame["calls"]]))
    back = told(filled, name="filled.csv")
    assert [(b["n_rows"], b["n_labelled"]) for b in back["blocks"]] == [(28, 12)] * 2
    answer = call("watch", "--ask", asked, "-C", released_folder)
    assert answer.exit_code == 0
    assert "No block wants a label: nothing was written to" in answer.stdout
    assert asked.read_text() == first
    answer = call("watch", "--ask", asked, "-C", released_folder, "--json")
    assert json.loads(answer.stdout)["asked"] == {"file": None, "rows": 0, "blocks": []}


def test_watch_needs_files_or_a_place_to_ask(call: Call, released_folder: Path) -> None:
    answer = call("watch", "-C", released_folder)
    assert answer.exit_code == 2
    assert "--ask rows.csv" in answer.stderr


def test_an_alarm_is_listed_seen_and_closed(call: Call, told: Any, released_folder: Path) -> None:
    assert "not been run yet" in call("alarm", "-C", released_folder).stdout
    assert told(weeks(6, strength=-1))["answer"] == "no"
    assert "nobody has seen it yet" in call("alarm", "-C", released_folder).stdout
    refused = call("alarm", "close", "--by", "Ada", "-C", released_folder)
    assert refused.exit_code == 1
    assert "The alarm is not explained." in refused.stderr
    done = call(
        *("alarm", "close", "--by", "Ada", "--why", "a broken feed"),
        *("-C", released_folder, "--json"),
    )
    assert done.exit_code == 0, done.output
    (alarm,) = json.loads(done.stdout)["alarms"]
    assert (alarm["is_open"], alarm["steps"][0]["why"]) == (False, "a broken feed")
    assert "closed by Ada" in call("alarm", "-C", released_folder).stdout
    since = customers(28, 9, skipped=644 + 6 * 28)
    assert told(since, name="since.csv")["answer"] == "go"
    assert "No alarm is open." in call("alarm", "seen", "-C", released_folder).stderr
