"""Pages of projects without a threshold: several classes, and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient
from tests.default_decisions import (
    KINDS,
    by_cost,
    default_decision,
    default_monitor,
    default_problem,
    default_release,
    default_review,
    default_tuning,
)
from tests.services.default_streams import drawn_project
from tests.services.flights import append
from tests.web.test_pages import text_of

from leadline.cli import main
from leadline.errors import SettingsError
from leadline.notebook.projects import Project
from leadline.phases.review import Review
from leadline.phases.verdict import Verdict
from leadline.report import model_document, write_report
from leadline.services.commands import choose_point
from leadline.services.commands.judgment_file import judge_rows
from leadline.services.queries.review import newest_tuning
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]

MADE: dict[str, Callable[[str], Verdict]] = {
    "problem": default_problem,
    "tuning": default_tuning,
    "review": default_review,
    "release": default_release,
    "monitor": default_monitor,
}
NAMES = {"classes": "likeliest-class", "costs": "least-cost", "numbers": "as-predicted"}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def until_tuning(make: Make, kind: str) -> Workspace:
    """A record up to the point on offer."""
    workspace = make(("problem", "data", "feasibility", "search"))
    append(workspace, "problem", default_problem(kind))
    for row in ("data", "search"):
        entry = workspace.record.latest(row)
        assert entry is not None
        append(workspace, row, entry.verdict)
    append(workspace, "tuning", default_tuning(kind))
    return workspace


def test_every_page_says_what_is_there(make: Make, visit: Visit, kind: str) -> None:
    workspace = make()
    for row, verdict in MADE.items():
        append(workspace, row, verdict(kind))
    client = visit(workspace)
    for row in MADE:
        answer = client.get(f"/rows/{row}")
        assert answer.status_code == 200, row
        assert "<b>cancelled</b>" not in answer.text
    words = "90 of 100 truths lie within" if kind == "numbers" else "Test rows predicted"
    for path in ("/rows/tuning", "/rows/review", "/review/choose"):
        assert words in client.get(path).text
    assert (
        'src="/pictures/' in client.get("/rows/tuning").text
        or "<img" in client.get("/rows/tuning").text
    )
    assert ("Off by, on average" in client.get("/rows/monitor").text) == (kind == "numbers")
    problem = client.get("/rows/problem").text
    assert "a missed connection" not in problem.lower()
    assert ("said to be on time, costs" in problem) == (kind == "costs")
    assert ("Cost together" in client.get("/rows/tuning").text) == (kind == "costs")


def test_there_is_nothing_to_judge_and_something_to_agree_to(
    make: Make, visit: Visit, kind: str
) -> None:
    workspace = until_tuning(make, kind)
    offered = Project(workspace, "Ada").points()
    assert NAMES[kind] in offered["name"].to_list(), "the notebook shows it, too"
    assert {"right", "right_low", "words"} <= set(offered.columns)
    client = visit(workspace)
    page = client.get("/review").text
    assert "There is nothing to judge." in page
    assert 'href="/review/choose"' in page
    form = client.get("/review/choose").text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.partition('method="post"')[2]))
    assert fields["point"] == NAMES[kind]
    said = {**fields, "why": "It is good enough.", "who": "Ada"}
    assert client.post("/review/choose", data=said).status_code == 303
    entry = workspace.record.latest("review")
    assert entry is not None
    assert isinstance(entry.verdict, Review)
    agreed = by_cost() if kind == "costs" else default_decision(kind)
    assert entry.verdict.plain == agreed
    assert "by the test set alone" in client.get("/rows/review").text


def test_before_it_is_agreed_to_the_target_and_what_the_stream_contradicts_are_told(
    make: Make, visit: Visit
) -> None:
    workspace = drawn_project(make, "numbers")
    rows = rows_to_judge(workspace.artifacts, newest_tuning(workspace)[1])
    judge_rows(workspace, dict.fromkeys(rows, 1e6), "Ada")
    client = visit(workspace)
    assert client.get("/review/consequences").headers["location"] == "/review/choose"
    page = client.get("/review/choose").text
    assert "The share that is right is lower on the stream (" in page
    assert "test rows; target at least " in page


def test_rows_that_nobody_could_tell_are_no_rows_that_nobody_judged(
    make: Make, visit: Visit
) -> None:
    workspace = drawn_project(make, "costs")
    rows = rows_to_judge(workspace.artifacts, newest_tuning(workspace)[1])
    judge_rows(workspace, dict.fromkeys(rows[:12]), "Ada")
    page = text_of(visit(workspace).get("/review/choose").text)
    assert "None of 12 rows judged of the real stream has an answer, and it may differ." in page
    assert "Nobody has judged" not in page
    judge_rows(workspace, dict.fromkeys(rows, "late"), "Ada")
    page = text_of(visit(workspace).get("/review/choose").text)
    by_cost_part = page.partition("least-cost: the class whose cost")[2]
    assert "on the stream (" in by_cost_part


def test_another_point_is_not_on_offer(make: Make, kind: str) -> None:
    workspace = until_tuning(make, kind)
    with pytest.raises(SettingsError, match="'balanced'") as caught:
        choose_point(workspace, "balanced", 1.0, 1.0, "why not", "Ada")
    assert NAMES[kind] in caught.value.needed


def test_the_report_and_the_document_say_it_in_words(make: Make, kind: str) -> None:
    workspace = make()
    for row, verdict in MADE.items():
        append(workspace, row, verdict(kind))
    entries = workspace.record.entries()
    standing = workspace.record.standing()
    report = write_report(entries, standing, title="flights", form="markdown")
    document = model_document(entries, "markdown")
    for text in (report, document):
        assert NAMES[kind] in text
        assert "threshold None" not in text
    assert ("off by at most 25" in document) == (kind == "numbers")
    assert "What errors cost" in document


def test_the_terminal_shows_the_point_and_takes_the_agreement(
    make: Make, kind: str, tmp_path: Path
) -> None:
    folder = until_tuning(make, kind).folder
    call = CliRunner().invoke
    shown = call(main, ["review", "-C", str(folder), "--by", "Ada"])
    assert shown.exit_code == 0, shown.output
    if kind == "costs":
        assert "Two points are on offer, likeliest-class and least-cost." in shown.stdout
        assert "it saves 0.90 USD (0.40 to 1.50) a row" in shown.stdout
    else:
        assert f"One point is on offer, {NAMES[kind]}." in shown.stdout
        assert f"leadline review --choose {NAMES[kind]}" in shown.stdout
    assert "Nobody has judged the real stream." in shown.stdout
    refused = call(main, ["export", "rows", str(tmp_path / "rows.csv"), "-C", str(folder)])
    assert refused.exit_code == 1
    assert "No rows have been drawn for judging" in refused.stderr
    words = ["review", "--choose", NAMES[kind], "--why", "good", "--by", "Ada", "-C", str(folder)]
    assert call(main, words).exit_code == 0
