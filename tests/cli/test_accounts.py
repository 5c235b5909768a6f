"""Money, time and the end of jobs in a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from tests.projects import write_settings
from tests.services.accounting.busy import voted, worked

from leadline.record import JobState
from leadline.workspace import Workspace

Call = Callable[..., Result]


def test_costs_are_told_in_words_a_table_and_json(call: Call, flights: Path) -> None:
    with Workspace.open(flights) as workspace:
        voted(workspace, 2, 40)
        worked(workspace, 200.0)
    told = call("costs", "-C", flights, "--picture", flights / "costs.svg").stdout
    assert "500 USD are granted. 10.00 USD are spent: 10.00 USD on labels" in told
    assert "200 hours, 50 working days" in told
    assert (flights / "costs.svg").read_text().startswith("<svg")
    document = json.loads(call("costs", "--json", "-C", flights).stdout)
    assert document["left"] == document["granted"] - document["spent"] - document["committed"]
    assert sum(line["money"] for line in document["lines"]) == document["spent"]
    assert document["working_days"] > 50
    status = json.loads(call("status", "--json", "-C", flights).stdout)
    assert status["cost"]["spent"] == document["spent"], "one truth"


def test_a_timeline_is_told_in_words_tables_and_json(call: Call, flights: Path) -> None:
    told = call("timeline", "-C", flights, "--picture", flights / "time.svg").stdout
    assert "It began on" in told
    assert "What was forecast, and what was measured" in told
    assert (flights / "time.svg").read_text().startswith("<svg")
    document = json.loads(call("timeline", "--json", "--due", "2099-01-31", "-C", flights).stdout)
    assert document["by"] == "2099-01-31"
    assert document["stretches"][0]["stage"] == "define"
    assert document["forecasts"][0]["is_reached"] is False
    refused = call("timeline", "--due", "soon", "-C", flights)
    assert refused.exit_code == 2
    assert "'soon' is no day. A day such as 2027-01-31 is needed." in refused.stderr
    passed = call("timeline", "--due", "2001-02-03", "-C", flights)
    assert passed.exit_code == 1
    assert "2001-02-03 has passed." in passed.stderr


def test_a_job_is_cancelled_by_its_number_or_as_the_only_one(call: Call, flights: Path) -> None:
    nothing = call("cancel", "-C", flights)
    assert nothing.exit_code == 1
    assert "No job is under way." in nothing.stderr
    with Workspace.open(flights) as workspace:
        for row in ("data", "search"):
            workspace.record.jobs.put(row, by="Ada")
        several = call("cancel", "-C", flights)
        assert "1 (data, waiting), 2 (search, waiting)" in several.stderr
        assert call("cancel", 1, "-C", flights).stdout == "Job 1 (data) is over: cancelled.\n"
        found = json.loads(call("cancel", "--json", "--by", "Cy", "-C", flights).stdout)
        assert found == {"job": 2, "row": "search", "state": "cancelled"}
        assert workspace.record.jobs.get(2).cancelled_by == "Cy"
        assert workspace.record.jobs.get(2).state is JobState.CANCELLED
    again = call("cancel", 7, "-C", flights)
    assert "There is no job 7." in again.stderr


def test_a_report_holds_money_and_time(call: Call, flights: Path) -> None:
    call("report", "--form", "markdown", "--to", flights / "report.md", "-C", flights)
    text = (flights / "report.md").read_text()
    assert "## What it has cost" in text
    assert "## Where it was when" in text
    assert "With and without the model" in text
    assert "500 USD are granted." in text.partition("## What it has cost")[0], "the title page"


def test_of_an_empty_project_nothing_is_drawn(call: Call, tmp_path: Path) -> None:
    write_settings(tmp_path)
    for verb, found in (("costs", "Nothing has been spent yet."), ("timeline", "is empty")):
        refused = call(verb, "-C", tmp_path, "--picture", tmp_path / "it.svg")
        assert refused.exit_code == 1
        assert found in refused.stderr
        assert "A picture needs something to draw." in refused.stderr
    assert not (tmp_path / "it.svg").exists()
