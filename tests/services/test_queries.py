from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.examples import (
    example_data,
    example_feasibility,
    example_problem,
    example_verdicts,
)
from tests.projects import PROBLEM, customers, project, run_to, write_settings
from tests.services.flights import N_SAMPLE, append
from tests.services.test_commands import DEFINE, UNTIL_TUNING, judge_all

from leadline.charts import chart_of
from leadline.errors import NotReadyError, RecordError, SettingsError
from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS, Stage, rows_of
from leadline.phases.verdict import Answer
from leadline.phases.wording import day
from leadline.record import Assignment, Job, JobState
from leadline.services import commands, queries
from leadline.services.commands import LabelAnswer, WayBack
from leadline.services.queries.history import N_A_PAGE
from leadline.services.queries.operating_points import Clarity
from leadline.services.queries.row import last_failed
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
# all that there is to run, whatever rows the table has
BUT_FEASIBILITY = [row.name for row in rows_of(Stage.DEFINE) if row.name != "feasibility"]
BEFORE_REVIEW = [
    row.name for stage in list(Stage)[:4] for row in rows_of(stage) if row.name != "review"
]


def test_an_empty_project_asks_for_the_problem(make: Make) -> None:
    page = queries.project_page(make(()))
    assert page.next.title == "State the problem"
    assert [stage.badge.text for stage in page.stages] == ["next", *["not yet"] * 5]
    assert page.chance is None
    assert page.costs.share is None
    assert page.question == "Which flights will land more than 15 minutes late?"


def test_a_finished_project_asks_for_nothing(make: Make) -> None:
    page = queries.project_page(make())
    assert page.next.title == "Nothing to decide now"
    words = [stage.badge.text for stage in page.stages]
    assert words == ["go", "go", "go", "go", "go", "going on"], "the monitor's no is overruled"
    assert page.costs.granted == 500
    assert page.costs.spent == pytest.approx(0.00247, abs=1e-5), "the search and the curve"
    assert page.chance is not None
    assert page.chance.current is not None
    assert page.chance.current.row == "tuning", "what was measured counts before what was forecast"
    (forecast,) = page.chance.superseded
    assert forecast.bought is not None
    assert 0 <= forecast.now < forecast.bought <= 1
    assert forecast.caution == "", "a well measured curve needs no warning"
    assert "target at least 0.825: not shown to be met. That was before the alarm" in page.target


def test_a_changed_problem_makes_the_rest_stale_and_says_what_to_mend(make: Make) -> None:
    workspace = make()
    append(workspace, "problem", replace(example_problem(), label="on_time"))
    page = queries.project_page(workspace)
    assert page.next.title == "Run data again"
    assert {stage.badge.text for stage in page.stages} == {"out of date"}
    assert page.chance is not None
    assert page.chance.current is None
    assert page.target == ""


def test_what_was_written_into_the_file_since_is_told(tmp_path: Path) -> None:
    """Else a forecast stops for want of a budget that the file grants."""
    with project(tmp_path, customers(60)) as workspace:
        run_to(workspace, "problem")
        assert queries.project_page(workspace).unread == ""
    write_settings(tmp_path, problem={**PROBLEM, "budget": 77.0}, ethics={"answered_by": "Ada"})
    with Workspace.open(tmp_path) as workspace:
        told = queries.project_page(workspace).unread
        assert told.startswith("leadline.toml says something else of budget, [ethics] than")
        run_to(workspace, "problem")
        assert queries.project_page(workspace).unread == ""


def test_a_no_asks_a_person_before_anything_later(make: Make) -> None:
    workspace = make(BUT_FEASIBILITY)
    append(workspace, "feasibility", replace(example_feasibility(), answer=Answer.NO))
    page = queries.project_page(workspace)
    assert page.next.path == "/decide/define"
    assert page.stages[0].badge.text == "no"
    commands.decide(workspace, "define", "go", "Cheap to try.", "Ada")
    page = queries.project_page(workspace)
    assert page.next.title == "Run search"
    badges = {row.name: row.badge.text for row in page.stages[0].rows}
    assert badges["feasibility"] == "no, going on"


def test_a_stop_is_all_there_is_to_say(make: Make) -> None:
    workspace = make(DEFINE)
    commands.decide(workspace, "define", "stop", "Nobody needs it.", "Ada")
    page = queries.project_page(workspace)
    assert page.next.title == "Stopped after define"
    assert page.whereabouts.startswith("Stopped after define on ")
    assert page.also == ()
    assert page.stages[0].badge.text == "stopped"


def test_who_was_sent_back_is_told_where_and_why_and_is_not_stopped(make: Make) -> None:
    workspace = make(BEFORE_REVIEW)
    back = WayBack("define", "a target of 0.7")
    commands.decide(workspace, "find", "back", "the target is too high", "Ada", back=back)
    page = queries.project_page(workspace)
    today = day(datetime.now(UTC))
    said = f"Back at define since {today} by Ada: the target is too high. Change: a target of 0.7."
    assert page.whereabouts == said
    assert (page.next.title, page.next.path) == (
        "Change at define: a target of 0.7",
        "/stages/define",
    )
    badges = [stage.badge.text for stage in page.stages]
    assert badges[:2] == ["back here", "back to define"]
    assert not any("stop" in text.lower() for text in (*badges, page.next.title, page.next.why))
    append(workspace, "problem", replace(example_problem(), target_score=0.7))
    page = queries.project_page(workspace)
    assert page.whereabouts == said, "the search has not been run again"
    assert page.next.title == "Run feasibility again"
    append(workspace, "feasibility", example_feasibility())
    search: Any = example_verdicts()["search"]
    append(workspace, "search", replace(search, n_rows=search.n_rows + 1))
    assert queries.project_page(workspace).whereabouts == ""


def test_who_decides_sees_the_same_chance_as_everybody(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    chance = queries.decision_page(workspace, Stage.FIND).chance
    assert chance is not None
    assert chance == queries.project_page(workspace).chance


def test_a_decision_on_the_same_answers_is_asked_to_be_kept(make: Make) -> None:
    workspace = make(DEFINE)
    commands.decide(workspace, "define", "go", "Cheap to try.", "Ada")
    append(workspace, "feasibility", replace(example_feasibility(), p_value=0.02))
    page = queries.decision_page(workspace, Stage.DEFINE)
    assert (page.kept, page.changes) == (4, (("feasibility", 3, 5),))
    steps = (queries.project_page(workspace).next, *queries.project_page(workspace).also)
    (asked,) = [step for step in steps if step.command == "leadline decide define keep"]
    assert "entry 4" in asked.why
    kept = commands.keep_decision(workspace, "define", "Bo")
    assert (kept.by, kept.on["feasibility"]) == ("Bo", 5)
    assert kept.verdict_as(Decision).confirms == 4
    assert kept.verdict_as(Decision).why == "Cheap to try."
    assert queries.decision_page(workspace, Stage.DEFINE).kept is None


def test_a_job_under_way_is_waited_for(make: Make) -> None:
    workspace = make(("problem",))
    job = commands.ask_for(workspace, "data", "Ada")
    assert queries.project_page(workspace).next.path == f"/jobs/{job.number}"
    page = queries.row_page(workspace, "data")
    assert page.job == job
    assert not page.can_run


def test_after_tuning_people_judge(make: Make) -> None:
    step = queries.project_page(make(BEFORE_REVIEW)).next
    assert (step.path, step.command) == ("/review", "leadline review")


def test_a_page_shows_a_picture_exactly_where_one_is_drawn(make: Make) -> None:
    workspace = make()
    for row in ROWS:
        page = queries.row_page(workspace, row)
        assert page.entry is not None
        assert bool(page.picture) == (chart_of(page.entry.verdict) is not None), row


def test_a_first_release_and_an_unvoted_labelling_have_no_picture(make: Make) -> None:
    workspace = make()
    for row, change in (("release", {"champion_score": None}), ("labelling", {"n_voted": 0})):
        entry = workspace.record.latest(row)
        assert entry is not None
        append(workspace, row, replace(entry.verdict, **change))
        page = queries.row_page(workspace, row)
        assert page.entry is not None
        assert page.picture == ""
        assert chart_of(page.entry.verdict) is None


def test_a_row_knows_its_past_and_what_it_stood_on(make: Make) -> None:
    workspace = make(DEFINE)
    append(workspace, "data", example_data())
    page = queries.row_page(workspace, "feasibility")
    assert page.is_stale
    assert page.stands_on == (("problem", 1, True), ("data", 2, False))
    data = queries.row_page(workspace, "data")
    assert [(line.number, line.is_current) for line in data.history] == [(4, True), (2, False)]
    assert not queries.entry_page(workspace, 2).is_latest


def test_unknown_names_are_refused_with_a_guess(make: Make) -> None:
    workspace = make(())
    with pytest.raises(RecordError, match="Did you mean 'forecast'"):
        queries.row_page(workspace, "forcast")
    with pytest.raises(RecordError, match="There is no stage"):
        queries.stage_page(workspace, "end")
    with pytest.raises(RecordError):
        queries.entry_page(workspace, 99)


def test_history_is_paged_newest_first(make: Make) -> None:
    workspace = make(())
    for _ in range(N_A_PAGE + 5):
        append(workspace, "problem", example_problem())
    first, last = queries.history_page(workspace), queries.history_page(workspace, 99)
    assert [line.number for line in first.lines] == list(range(55, 5, -1))
    assert [line.number for line in last.lines] == [5, 4, 3, 2, 1]
    assert [line.is_current for line in first.lines] == [True, *[False] * 49]


def test_a_judge_sees_features_only_one_row_after_another(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    page = queries.review_page(workspace, "Ada")
    assert [name for name, _ in page.values] == ["carrier", "origin", "dep_delay", "remark"]
    assert (page.n_left, page.n_judged, page.seconds_left) == (N_SAMPLE, 0, 10.0 * N_SAMPLE)
    names = {field.name for field in fields(page)}
    assert not names & {"points", "threshold", "score", "scores", "tuning_verdict"}
    assert page.row is not None
    commands.judge(workspace, page.tuning, page.row, None, "Ada", 4.0)
    after = queries.review_page(workspace, "Ada")
    assert after.row != page.row
    assert after.seconds_left == 4.0 * (N_SAMPLE - 1)
    assert queries.review_page(workspace, "Bo").n_left == N_SAMPLE, (
        "the first rows are for everybody"
    )
    assert queries.review_page(workspace, "").row is None


def test_the_choice_says_when_judgments_are_too_few(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    before = queries.operating_points_page(workspace)
    assert before.clarity is Clarity.NOT_ENOUGH
    assert before.best == ""
    assert before.ratio == 4
    judge_all(workspace)
    after = queries.operating_points_page(workspace, 500.0, 1.0)
    assert after.clarity is Clarity.CLEAR
    assert after.best == "catch-all", (
        "a miss that costs 500 false alarms wants the lowest threshold"
    )
    for found in after.consequences:
        assert found.real.estimate + found.false_alarms.estimate == pytest.approx(found.flagged)


def test_a_page_shows_what_was_handed_out(make: Make) -> None:
    workspace = make(("problem", "data"))
    before = queries.label_page(workspace, "Ada")
    assert before.item is None
    assert (before.n_left, before.classes, before.is_second_opinion) == (
        130,  # of 120, and what is hidden among them, in two digits
        ("no", "yes"),
        False,
    )
    first = commands.next_item(workspace, "Ada")
    assert queries.label_page(workspace, "Ada").assignment == first
    assert isinstance(first, Assignment)
    commands.vote(workspace, first.id, LabelAnswer(value="no", seconds=2.0), "Ada")
    after = queries.label_page(workspace, "Ada")
    assert after.item not in (None, first.item)
    assert (after.n_done, after.seconds_spent) == (1, 2.0)


def test_guidelines_are_at_hand_and_their_change_is_told(make: Make) -> None:
    workspace = make(("problem", "data"))
    labels = replace(workspace.settings.labels, guidelines="rules.md")
    workspace = replace(workspace, settings=replace(workspace.settings, labels=labels))
    path = workspace.folder / "rules.md"
    with pytest.raises(SettingsError, match=r"rules\.md.* cannot be read"):
        queries.label_page(workspace, "Ada")
    for number, text in enumerate(["# Late\n- by the clock", "# Late\nby the gate"], 1):
        path.write_text(text)
        shown = queries.label_page(workspace, "Ada").guidelines
        assert shown is not None
        assert (shown.version, shown.is_changed) == (number, number == 2)
        found = commands.next_item(workspace, "Ada")
        assert isinstance(found, Assignment)
        answer = LabelAnswer(value="no", guidelines=shown.version)
        commands.vote(workspace, found.id, answer, "Ada")
    assert [vote.guidelines for vote in workspace.record.labels.votes.plain()] == [1, 2]
    assert [one.text[:6] for one in workspace.record.labels.guidelines.all()] == ["# Late"] * 2


def test_nothing_to_label_or_judge_before_its_time(make: Make) -> None:
    workspace = make(("problem",))
    with pytest.raises(NotReadyError):
        queries.label_page(workspace, "Ada")
    with pytest.raises(NotReadyError):
        queries.review_page(workspace, "Ada")
    with pytest.raises(NotReadyError):
        queries.operating_points_page(workspace)


def test_a_decision_page_names_what_is_missing(make: Make) -> None:
    page = queries.decision_page(make(BUT_FEASIBILITY), Stage.DEFINE)
    assert [row.name for row in page.missing] == ["feasibility"]
    assert page.seen == {row: number for number, row in enumerate(BUT_FEASIBILITY, 1)}
    assert page.replacing is None


def test_a_go_overrules_only_the_no_that_it_has_seen(make: Make) -> None:
    workspace = make(BUT_FEASIBILITY)
    commands.decide(workspace, "define", "go", "Looks good so far.", "Ada")
    append(workspace, "feasibility", replace(example_feasibility(), answer=Answer.NO))
    assert queries.row_page(workspace, "feasibility").badge.text == "no"
    assert queries.project_page(workspace).next.path == "/decide/define"
    commands.decide(workspace, "define", "go", "We try it all the same.", "Ada")
    assert queries.row_page(workspace, "feasibility").badge.text == "no, going on"


@pytest.mark.parametrize(
    ("wage", "seconds", "reward"), [(15.0, 10.0, 5), (18.0, 10.0, 5), (18.36, 10.0, 6)]
)
def test_what_an_answer_is_paid_is_rounded_up_to_a_cent(
    make: Make, wage: float, seconds: float, reward: int
) -> None:
    workspace = make(("problem", "data"))
    prices = replace(workspace.settings.prices, wage_per_hour=wage, seconds_per_label=seconds)
    priced = replace(workspace, settings=replace(workspace.settings, prices=prices))
    assert queries.question_of(priced).reward == reward
    assert queries.question_of(priced, reward=0).reward == 0


@pytest.mark.parametrize(
    ("state", "hours", "is_told"),
    [
        (JobState.FAILED, 1, True),
        (JobState.LOST, 1, True),
        (JobState.FAILED, -1, False),
        (JobState.DONE, 1, False),
    ],
)
def test_a_job_that_failed_is_told_until_a_newer_verdict(
    make: Make, state: JobState, hours: int, is_told: bool
) -> None:
    entry = make(("problem", "data")).record.latest("data")
    assert entry is not None
    ended = entry.at + timedelta(hours=hours)
    job = Job(
        number=1,
        row="data",
        state=state,
        by="Ada",
        worker="w",
        put_at=ended - timedelta(hours=5),
        beat_at=ended,
        share=None,
        message="",
    )
    assert last_failed([job], entry) == (job if is_told else None)
    assert last_failed([], entry) is None
