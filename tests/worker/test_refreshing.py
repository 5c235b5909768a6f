from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.projects import (
    BY,
    ETHICS,
    N_POOL,
    PROBLEM,
    customers,
    project,
    run,
    run_to,
    write_settings,
)

from leadline.errors import LeadlineError, NotReadyError
from leadline.monitoring.observations import observe_file
from leadline.phases.lifecycle import State, is_decision
from leadline.phases.verdict import Answer
from leadline.services.commands import ask_for, decide
from leadline.worker import preview, refresh, rows_named
from leadline.workspace import Workspace

DEFINE = ["problem", "data", "feasibility"]


def restate(folder: Path, **problem: Any) -> None:
    """Change the problem of the released project, and nothing else."""
    write_settings(
        folder,
        problem={**PROBLEM, **problem},
        data={"stream": ["stream.csv"], "test_share": 0.3},
        ethics=ETHICS,
        watch={"block": "week"},
    )


def stale(workspace: Workspace) -> set[str]:
    return {
        row
        for row, here in workspace.record.standing().items()
        if here.state is State.STALE and not is_decision(row)
    }


def test_what_is_current_is_left_alone(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        n_entries = len(workspace.record.marks())
        assert list(refresh(workspace, ["define", "find", "train", "apply"], by=BY)) == []
        assert len(workspace.record.marks()) == n_entries
        assert workspace.record.jobs.newest() == ()


def test_a_preview_knows_what_a_changed_problem_touches(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        assert preview(workspace, DEFINE[:1]).rows == ()
        again = preview(workspace, ["data"])
        assert again.rows == ("data",)
        assert {"search", "tuning", "review", "release"} <= set(again.stale)
        assert [line.row for line in again.signed] == ["review", "release"]
        assert again.signed[0].by == BY
    restate(released_folder, question="Who will leave within a year?")
    with Workspace.open(released_folder) as workspace:
        n_entries = len(workspace.record.marks())
        told = preview(workspace, ["problem"])
        assert (told.rows, told.stale) == (("problem",), ())
        assert len(workspace.record.marks()) == n_entries, "it only looks"
    restate(released_folder, target_score=0.85)
    with Workspace.open(released_folder) as workspace:
        told = preview(workspace)
        run_again = [entry.row for entry in refresh(workspace, ["problem", "feasibility"], by=BY)]
        assert run_again == ["problem", "feasibility"]
        assert set(run_again) <= set(told.rows)
        assert "labelling" not in told.rows, "it does not read the target"


def test_a_changed_file_is_read_again_and_all_that_stands_on_it(released_folder: Path) -> None:
    customers(N_POOL + 40).write_csv(released_folder / "pool.csv")
    with (
        Workspace.open(released_folder) as workspace,
        pytest.raises(NotReadyError, match=r"have changed since.*Run 'leadline run data' first"),
    ):
        list(refresh(workspace, ["labelling"], by=BY))
    started: list[str] = []
    with Workspace.open(released_folder) as workspace:
        refreshing = refresh(workspace, ["define"], by=BY, started=started.append)
        assert next(refreshing).row == "data"
        everything = {row for row in workspace.record.standing() if not is_decision(row)}
        never_run = {"capacity", "monitor"}
        assert stale(workspace) == everything - {"problem", "data"} - never_run
        assert [entry.row for entry in refreshing] == ["feasibility"]
        assert started == ["data", "feasibility"]
        assert list(refresh(workspace, ["define"], by=BY)) == []


def test_a_problem_stated_anew_makes_stale_what_reads_the_change(released_folder: Path) -> None:
    restate(released_folder, target_score=0.85)
    with Workspace.open(released_folder) as workspace:
        assert stale(workspace) == set()
        first = next(refresh(workspace, by=BY))
        assert first.row == "problem"
        assert {"feasibility", "search", "tuning", "review", "release", "decay"} <= stale(workspace)
        assert "data" not in stale(workspace)


def test_words_and_names_cost_nothing(released_folder: Path) -> None:
    restate(released_folder, question="Who will leave?", owner="Grace", unit="contract")
    started: list[str] = []
    with Workspace.open(released_folder) as workspace:
        refreshing = iter(refresh(workspace, by=BY, started=started.append))
        assert next(refreshing).row == "problem"
        assert stale(workspace) == set()
        assert workspace.record.reading("release").get("review") is not None
        tuning = len(workspace.record.entries("tuning"))
        del refreshing
        assert list(refresh(workspace, ["define", "find", "apply"], by=BY)) == []
        assert started == []
        assert len(workspace.record.entries("tuning")) == tuning, "no second use of the test set"


def test_a_second_run_with_the_same_outcome_leaves_the_rest_alone(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        for row in ("data", "feasibility", "labelling"):
            run(workspace, row)
            assert stale(workspace) == set(), row


def test_a_row_named_itself_is_computed_in_any_case(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        before = workspace.record.latest("labelling")
        (entry,) = refresh(workspace, ["labelling"], by=BY)
        assert before is not None
        assert entry.number > before.number
        assert entry.verdict == before.verdict


def test_a_no_stops_until_a_person_decides(tmp_path: Path) -> None:
    noise = customers(120, 1, strength=0).drop("joined")
    with project(
        tmp_path, noise, find={"executor": "sequential", "families": ["majority"], "folds": 2}
    ) as workspace:
        run_to(workspace, "problem", "data")
        entries = list(refresh(workspace, by=BY))
        assert [(entry.row, entry.verdict.answer) for entry in entries] == [
            ("feasibility", Answer.NO)
        ]
        with pytest.raises(NotReadyError, match="nobody has decided to go on") as caught:
            list(refresh(workspace, by=BY))
        assert caught.value.next.startswith("A person may go on all the same")
        decide(workspace, "define", "go", "we want to see it fail", BY)
        assert next(refresh(workspace, by=BY)).row == "search"


def test_people_judge_and_no_machine(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        run(workspace, "tuning")
        with pytest.raises(NotReadyError, match="'review' is for people to judge"):
            list(refresh(workspace, ["review"], by=BY))
        told: list[NotReadyError] = []
        for names in (["apply"], []):
            assert list(refresh(workspace, names, by=BY, waiting=told.append)) == []
    assert [turn.found for turn in told] == ["'review' is for people to judge."] * 2


def test_without_new_data_there_is_nothing_to_monitor(released_folder: Path) -> None:
    with (
        Workspace.open(released_folder) as workspace,
        pytest.raises(NotReadyError, match="No new data have been seen") as caught,
    ):
        list(refresh(workspace, ["monitor"], by=BY))
    assert caught.value.next == "Run 'leadline watch' first."


def test_what_is_in_service_is_watched_while_a_next_release_is_made(released_folder: Path) -> None:
    """New labelled rows make the release stale for weeks, in which it answers all the same."""
    new = released_folder / "new.csv"
    customers(40, 3, skipped=616)[:28].write_csv(new)
    observe_file(str(released_folder), str(new))
    with Workspace.open(released_folder) as workspace:
        before = run(workspace, "monitor")
        customers(N_POOL + 40).write_csv(released_folder / "pool.csv")
        run(workspace, "data")
        assert {"release", "decay", "monitor"} <= stale(workspace)
        (entry,) = refresh(workspace, ("watch", "monitor"), by=BY)
        assert entry.row == "monitor"
        assert entry.on == before.on
        assert entry.verdict.summary == before.verdict.summary
        # what does not watch still waits for what it stands on
        with pytest.raises(NotReadyError, match="stale"):
            list(refresh(workspace, ["release"], by=BY))
        assert ask_for(workspace, "monitor", BY).row == "monitor"
        with pytest.raises(NotReadyError, match="stale"):
            ask_for(workspace, "release", BY)


def test_an_empty_record_cannot_be_started_in_the_middle(tmp_path: Path) -> None:
    with project(tmp_path, customers(60)) as workspace:
        with pytest.raises(NotReadyError, match="needs a verdict of"):
            list(refresh(workspace, ["curve"], by=BY))
        assert workspace.record.marks() == ()


def test_stages_and_rows_are_named() -> None:
    assert rows_named(["define"]) == dict.fromkeys(DEFINE, False)
    assert rows_named(["data", "define"]) == {"problem": False, "data": True, "feasibility": False}
    assert list(rows_named(["monitor", "data"])) == ["data", "monitor"]
    assert len(rows_named([])) == 13
    assert not any(rows_named([]).values())


@pytest.mark.parametrize("name", ["defin", "decision.find", ""])
def test_what_is_neither_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(LeadlineError, match="neither a stage nor a row") as caught:
        rows_named(["define", name])
    assert "define, find, train, apply, ship, watch" in caught.value.needed
    assert "curve" in caught.value.needed
