"""Work and portfolio in a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.services.flights import SETTINGS, fill_workspace

from leadline.phases.lifecycle import ROWS

Call = Callable[..., Result]


def team(tmp_path: Path, *names: str) -> tuple[str, list[Path]]:
    """Projects that share a database by their settings; its address and their folders."""
    folders = []
    for name in names:
        folder = tmp_path / name
        folder.mkdir()
        settings = SETTINGS.replace("Late flights", name)
        shared = f'{settings}\n[store]\nurl = "sqlite:///../team.db"\n'
        fill_workspace(folder, ROWS, shared).close()
        folders.append(folder)
    return f"sqlite:///{tmp_path / 'team.db'}", folders


def test_work_is_estimated_begun_and_done(call: Call, flights: Path) -> None:
    before = call("work", "-C", flights)
    assert before.exit_code == 0
    assert "2 – 4 – 10, assumed" in before.stdout
    estimate = ("--hours", 2, 4, 12, "--owner", "Ben", "--due", "2099-12-18")
    said = call("work", "estimate", "load-test", *estimate, "-C", flights)
    assert said.stdout == "load-test: open (2 – 4 – 12 h, Ben, due 2099-12-18).\n"
    assert "over 99%" in call("work", "list", "-C", flights).stdout
    added = call("work", "add", "Agree on the API", "--stage", "ship", "-C", flights)
    assert added.stdout == "agree-on-the-api: open (not estimated, nobody).\n"
    assert call("work", "start", "load-test", "-C", flights).exit_code == 0
    done = call("work", "done", "load-test", "--took", 13, "--by", "Ben", "-C", flights)
    assert done.stdout == "load-test: done, took 13 h (2 – 4 – 12 h, Ben, due 2099-12-18).\n"
    dropped = call("work", "drop", "container", "--why", "a batch", "--json", "-C", flights)
    document = json.loads(dropped.stdout)
    assert document["finished"] == [
        {
            "item": "load-test",
            "hours": 13.0,
            "estimate": {"least": 2.0, "likely": 4.0, "most": 12.0},
            "by": "Ben",
            "at": document["finished"][0]["at"],
        }
    ]
    ship = {each["item"]: each for each in document["stages"]["ship"]["items"]}
    assert (ship["container"]["state"], ship["container"]["why"]) == ("dropped", "a batch")
    assert ship["agree-on-the-api"]["estimate"] is None
    told = call("work", "-C", flights).stdout
    assert "Of 1 finished piece 1 took longer than its most, 1 longer than the likely." in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("start",), "An ITEM is needed by 'start'."),
        (("list", "seal"), "No ITEM is taken by 'list'."),
        (("done", "seal"), "'done' needs --took HOURS."),
        (("list", "--owner", "Ada"), "'list' takes no --owner; it takes no such option."),
        (("estimate", "seal", "--took", "3"), "it takes --hours, --owner, --due, --every."),
        (("add", "x", "--stage", "find"), "Invalid value for '--stage'"),
    ],
)
def test_an_option_in_the_wrong_place_is_refused(
    call: Call, flights: Path, arguments: tuple[str, ...], words: str
) -> None:
    answer = call("work", *arguments, "-C", flights)
    assert answer.exit_code == 2
    assert words in answer.stderr


def test_a_refusal_is_said_plainly(call: Call, flights: Path) -> None:
    answer = call("work", "start", "nope", "-C", flights)
    assert answer.exit_code == 1
    assert "There is no work 'nope'." in answer.stderr
    wrong = call("work", "estimate", "seal", "--hours", 3, 2, 1, "--json", "-C", flights)
    assert json.loads(wrong.stdout)["error"]["found"] == "The hours are 3, 2, 1."


def test_the_report_tells_of_work(call: Call, flights: Path, tmp_path: Path) -> None:
    estimate = ("--hours", 2, 4, 12, "--owner", "Ben", "--due", "2099-12-18")
    call("work", "estimate", "load-test", *estimate, "-C", flights)
    for form in ("html", "markdown", "json"):
        path = tmp_path / f"report.{form}"
        assert call("report", "--form", form, "--to", path, "-C", flights).exit_code == 0
        assert "2 – 4 – 12" in path.read_text()


def test_projects_that_share_a_database_are_one_portfolio(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, (late, churn) = team(tmp_path, "Late", "Churn")
    assert not (late / ".leadline" / "leadline.db").exists()
    of_one = call("portfolio", "-C", late)
    assert of_one.exit_code == 0
    assert "2 of 2 projects in service." in of_one.stdout
    assert call("portfolio", "-C", churn).stdout == of_one.stdout
    document = json.loads(call("portfolio", "--store", url, "--json").stdout)
    assert {each["project"] for each in document["models"]} == {"Late", "Churn"}
    assert document["totals"][0]["currency"] == "USD"
    assert document["models"][0]["next"]["command"] == "leadline watch"
    assert document["hours"]["share_new"] is None


def test_a_database_is_named_where_there_is_no_project(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, _ = team(tmp_path, "Late")
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    monkeypatch.delenv("LEADLINE_STORE", raising=False)
    answer = call("portfolio", "-C", nowhere)
    assert answer.exit_code == 1
    assert "holds no leadline.toml" in answer.stderr
    monkeypatch.setenv("LEADLINE_STORE", url)
    assert "1 of 1 project in service." in call("portfolio", "-C", nowhere).stdout
    mistyped = call("portfolio", "--store", f"sqlite:///{tmp_path / 'mistyped.db'}")
    assert mistyped.exit_code == 1
    assert "holds no record" in mistyped.stderr
    assert not (tmp_path / "mistyped.db").exists()


def test_a_project_may_begin_in_the_database_of_a_team(call: Call, tmp_path: Path) -> None:
    rows = "\n".join(f"{n % 7},{'yes' if n % 7 > 3 else 'no'}" for n in range(80))
    (tmp_path / "rows.csv").write_text(f"calls,left\n{rows}\n")
    url = "sqlite:///../team.db"
    told = ("--label", "left", "--store", url, "--yes", "-C", tmp_path / "new")
    assert call("init", tmp_path / "rows.csv", *told).exit_code in (0, 3)
    assert not (tmp_path / "new" / ".leadline" / "leadline.db").exists()
    page = call("portfolio", "--store", f"sqlite:///{tmp_path / 'team.db'}").stdout
    assert "0 of 1 project in service." in page
    assert "new" in page
