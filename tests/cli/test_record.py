"""Verbs that read the record, and `run` where nothing must be computed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.examples import RELEASE_ID
from tests.services.flights import make_workspace

from leadline.cli import doctor
from leadline.cli.terminal.options import EXIT_NO, EXIT_STOPPED
from leadline.errors import LeadlineError
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.problem import Problem
from leadline.record import BlockLabel
from leadline.workspace import Workspace


def test_status_at_a_glance(call: Call, flights: Path) -> None:
    answer = call("status", "-C", flights)
    assert answer.exit_code == 0
    heads = [line.split()[0] for line in answer.stdout.splitlines() if line[:1].islower()]
    # the file of the example says another budget than its verdicts stand on
    assert heads == [*Stage, "cost", "target", "chance", "changed", "next"]
    found = json.loads(call("status", "-C", flights, "--json").stdout)
    assert list(found["rows"]) == list(ROWS)
    assert set(found["next"]) == {"title", "why", "command"}


def test_no_workspace(call: Call, tmp_path: Path) -> None:
    answer = call("status", "-C", tmp_path)
    assert answer.exit_code == 1
    assert "Run 'leadline init FILE --label COLUMN'" in answer.stderr
    error = json.loads(call("status", "-C", tmp_path, "--json").stdout)["error"]
    assert error["kind"] == "SettingsError"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nonsense", "'nonsense' is neither a stage nor a row."),
        ("review", "'review' is for people to judge."),
        ("release", "Run 'leadline run tuning' first."),
    ],
)
def test_run_refuses(call: Call, tmp_path: Path, name: str, told: str) -> None:
    make_workspace(tmp_path, ("problem", "data", "feasibility", "search")).close()
    answer = call("run", name, "-C", tmp_path)
    assert answer.exit_code == 1
    assert told in answer.stderr


def test_run_says_first_that_settings_were_changed(call: Call, tmp_path: Path) -> None:
    """Else a search of an hour is found to have sought what nobody asks for any more."""
    make_workspace(tmp_path, ("problem", "data", "feasibility")).close()
    settings = tmp_path / "leadline.toml"
    settings.write_text(
        settings.read_text().replace("[problem]\n", "[problem]\nbudget = 77.0\n", 1)
    )
    told = "leadline.toml says something else of question, budget, owner"
    assert call("run", "review", "-C", tmp_path).stderr.startswith(told)
    assert "something else" not in call("run", "problem", "-C", tmp_path).stderr


def test_a_preview_names_what_was_signed_and_runs_nothing(call: Call, flights: Path) -> None:
    answer = call("run", "tuning", "--preview", "-C", flights)
    assert answer.exit_code == 0
    lines = answer.stdout.splitlines()
    assert lines[0] == "Computed: tuning."
    assert lines[1].startswith("Out of date then, where answers change: review, decision.apply")
    assert lines[2].startswith("Signed on it: entry 12, review, by Ada Ops on ")
    told = json.loads(call("run", "tuning", "--preview", "--json", "-C", flights).stdout)
    assert told["rows"] == ["tuning"]
    assert [one["entry"] for one in told["signed"]] == [12, 13, 14, 16, 19]
    with Workspace.open(flights) as workspace:
        assert len(workspace.record.marks()) == len(ROWS)
    wrong = call("run", "tunning", "--preview", "-C", flights)
    assert "'tunning' is neither a stage nor a row." in wrong.stderr


def test_run_asks_at_a_terminal_before_a_signature_is_lost(
    call: Call, flights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def n_problems() -> int:
        with Workspace.open(flights) as workspace:
            return len(workspace.record.entries("problem"))

    monkeypatch.setattr("leadline.cli.run._is_at_terminal", lambda: True)
    refused = call("run", "problem", "-C", flights, typed="n\n")
    assert refused.exit_code == EXIT_STOPPED
    assert "Signed on it: entry 4, decision.define, by Ada Ops on " in refused.stderr
    assert n_problems() == 1
    call("run", "problem", "-C", flights, typed="y\n")
    assert n_problems() == 2
    with Workspace.open(flights) as workspace:
        workspace.record.append("problem", workspace.record.entry(1).verdict, by="Ada")
    assert "Run it?" not in call("run", "problem", "--yes", "-C", flights).stderr
    assert n_problems() == 4
    assert "Signed" not in call("run", "problem", "-C", flights).stderr, "it says the same"


def test_two_entries_are_compared(call: Call, flights: Path) -> None:
    with Workspace.open(flights) as workspace:
        problem = workspace.record.entry(1).verdict_as(Problem)
        dearer = replace(problem, budget=problem.budget + 200)
        number = workspace.record.append("problem", dearer, by="Bo").number
    shown = call("compare", "1", number, "-C", flights).stdout
    assert "Budget: 500 USD → 700 USD  (+200 USD)" in shown
    told = json.loads(call("compare", "1", number, "--json", "-C", flights).stdout)
    assert [change["label"] for change in told["changes"]] == ["Budget"]
    wrong = call("compare", "1", "2", "-C", flights)
    assert wrong.exit_code == 1
    assert "Only answers to one question can be compared" in wrong.stderr


def test_a_brief_tells_what_a_decision_needs(call: Call, flights: Path) -> None:
    shown = call("brief", "train", "-C", flights).stdout
    heads = list(
        dict.fromkeys(line.split("  ")[0] for line in shown.splitlines()[2:] if line[:1].islower())
    )
    assert heads[:3] == ["evidence", "how sure", "decided"]
    assert heads[-5:] == ["go", "back", "stop", "warning", "decide"]
    told = json.loads(call("brief", "train", "-C", flights, "--json").stdout)
    assert told["recommendation"]["text"] == "buy more rows"
    assert told["costs"]["left"] < told["costs"]["granted"]
    assert "Did you mean 'train'" in call("brief", "trian", "-C", flights).stderr


def test_run_says_that_all_is_current(call: Call, flights: Path) -> None:
    answer = call("run", "find", "-C", flights)
    assert answer.exit_code == 0
    assert "everything named is current" in answer.stdout
    assert json.loads(call("run", "find", "-C", flights, "--json").stdout)["entries"] == []


def test_a_no_is_exit_code_3(call: Call, tmp_path: Path) -> None:
    rows = [f"{row * 7 % 31},{'no' if row % 3 else 'yes'}" for row in range(30)]
    (tmp_path / "few.csv").write_text("\n".join(["a,b", *rows]))
    call("init", tmp_path / "few.csv", "--label", "b", "-C", tmp_path)
    answer = call("run", "data", "-C", tmp_path)
    assert answer.exit_code == EXIT_NO
    assert "Decide on define" in answer.stdout
    assert call("run", "find", "-C", tmp_path).exit_code == 1, "nobody has overruled it"


@pytest.mark.parametrize(
    ("arguments", "name", "holds"),
    [
        (("--form", "html"), "report.html", "<svg"),
        (("--form", "markdown"), "report.md", "# "),
        (("--form", "json"), "report.json", '"entries"'),
        (("--model",), "model.html", "<html"),
        (("--model", "--form", "markdown"), "model.md", "# "),
    ],
)
def test_reports(
    call: Call, flights: Path, arguments: tuple[str, ...], name: str, holds: str
) -> None:
    answer = call("report", *arguments, "-C", flights)
    assert answer.exit_code == 0, answer.output
    assert holds in (flights / name).read_text()
    assert not list(flights.glob("*.part"))


def test_a_report_that_cannot_be_written(call: Call, flights: Path, tmp_path: Path) -> None:
    answer = call("report", "--model", "--to", tmp_path / "none" / "x.html", "-C", flights)
    assert answer.exit_code == 1
    assert "No such file or directory" in answer.stderr
    refused = call("report", "--model", "--form", "json", "-C", flights)
    assert "not written as JSON" in refused.stderr


def test_labels_of_nobody_are_a_table_without_lines(call: Call, flights: Path) -> None:
    call("export", "labels", flights / "labels.csv", "-C", flights)
    assert (flights / "labels.csv").read_text() == "kind,item,judge,value,seconds,at,reason\n"


def test_labels_given_on_the_page_of_new_rows_are_exported(
    call: Call, flights: Path, tmp_path: Path
) -> None:
    with Workspace.open(flights) as workspace:
        for key, value in (("k1", "0"), ("k2", None), ("k1", "1")):
            label = BlockLabel(RELEASE_ID, "2025-01-20", key, value, "Ada", 2.5)
            workspace.record.block_labels.add(label)
    answer = call("export", "watch-labels", tmp_path / "labels.csv", "-C", flights, "--json")
    assert json.loads(answer.stdout)["written"] == 2
    header, *lines = (tmp_path / "labels.csv").read_text().splitlines()
    assert header == "release,block,key,value,judge,seconds,at"
    # of what was said of a row the last counts; who could not tell has said so
    assert sorted(line.split(",")[2:6] for line in lines) == [
        ["k1", "1", "Ada", "2.5"],
        ["k2", "", "Ada", "2.5"],
    ]


def test_exports(call: Call, flights: Path, tmp_path: Path) -> None:
    call("label", "-C", flights, typed="yes\nq\n")
    for what in ("record", "labels", "rows"):
        answer = call("export", what, tmp_path / what, "-C", flights, "--json")
        assert answer.exit_code == 0, answer.output
        assert json.loads(answer.stdout)["written"] > 0
    assert len(json.loads((tmp_path / "record").read_text())["entries"]) == len(ROWS)
    header, first = (tmp_path / "labels").read_text().splitlines()
    assert header == "kind,item,judge,value,seconds,at,reason"
    assert first.startswith("vote,")
    assert ",Ada,yes," in first
    assert (tmp_path / "rows").read_text().startswith("row,is_positive,")
    answer = call("export", "record", tmp_path / "none" / "x", "-C", flights)
    assert answer.exit_code == 1
    assert "Error: " in answer.stderr


def test_doctor(call: Call, flights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = call("doctor", "-C", flights)
    assert answer.exit_code == 0, answer.output
    assert f"workspace: Late flights: {len(ROWS)} entries in SQLite" in answer.stdout

    def broken() -> str:
        raise LeadlineError("Nothing draws.", next="Mend it.")

    monkeypatch.setattr(doctor, "_pictures", broken)
    answer = call("doctor", "-C", flights, "--json")
    assert answer.exit_code == 1
    assert [check["check"] for check in json.loads(answer.stdout) if not check["ok"]] == [
        "pictures"
    ]
