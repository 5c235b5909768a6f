from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from tests.examples import example_data, example_feasibility
from tests.phases.again import again
from tests.services.flights import append, is_late
from tests.services.labelling.test_gold import data_of

from leadline.errors import (
    LeadlineError,
    NotReadyError,
    OutdatedAnswerError,
    RecordError,
    SettingsError,
)
from leadline.phases.data import ClassCount
from leadline.phases.lifecycle import State
from leadline.phases.problem import Problem, by_truth
from leadline.phases.review import Review
from leadline.phases.scoring import Task
from leadline.phases.verdict import Answer
from leadline.record import Assignment, JobState
from leadline.services import commands, queries
from leadline.services.commands import LabelAnswer, WayBack
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
DEFINE = ("problem", "data", "feasibility")
UNTIL_TUNING = (*DEFINE, "search", "labelling", "curve", "forecast", "tuning")


def judge_all(workspace: Workspace, judge: str = "Ada") -> int:
    entry = workspace.record.latest("tuning")
    assert entry is not None
    for row in rows_to_judge(workspace.artifacts, entry.verdict):  # type: ignore[arg-type]
        commands.judge(workspace, entry.number, row, is_late(row), judge, 5.0)
    return entry.number


def test_the_problem_is_read_from_the_settings_as_they_are_now(make: Make) -> None:
    workspace = make(())
    first = commands.state_problem(workspace, "Ada").verdict
    assert isinstance(first, Problem)
    assert (first.task.value, first.positive, first.scoring) == ("binary", "yes", "roc_auc")
    path = workspace.folder / "leadline.toml"
    path.write_text(path.read_text().replace("0.825", "0.9").replace('positive = "yes"\n', ""))
    second = commands.state_problem(workspace, "Ada").verdict
    assert isinstance(second, Problem)
    assert second.target_score == 0.9
    assert second.positive == "yes", "the rarer class is taken"
    assert "positive" in second.assumed


def lost(workspace: Workspace, n_lost: int, n_won: int, **classes: str) -> None:
    """Replace the label column: so many lost, so many won."""
    named = {"lost": "lost", "won": "won"} | classes
    values = [named["lost"]] * n_lost + [named["won"]] * n_won
    (file,) = workspace.settings.data.files
    pl.DataFrame({"late": values, "x": range(len(values))}).write_csv(workspace.path(file))


def test_a_class_that_has_counted_keeps_counting_when_rows_are_added(make: Make) -> None:
    workspace = make(())
    path = workspace.folder / "leadline.toml"
    path.write_text(path.read_text().replace('positive = "yes"\n', ""))
    lost(workspace, 48, 52)
    first = commands.state_problem(workspace, "Ada").verdict_as(Problem)
    assert (first.positive, first.rarer) == ("lost", "")
    lost(workspace, 130, 80)
    second = commands.restate_problem(workspace, "Ada")
    assert second is not None
    assert (second.verdict_as(Problem).positive, second.verdict_as(Problem).rarer) == (
        "lost",
        "won",
    )
    assert commands.restate_problem(workspace, "Ada") is None
    lost(workspace, 50, 50)
    tie = commands.restate_problem(workspace, "Ada")
    assert tie is not None
    assert (tie.verdict_as(Problem).positive, tie.verdict_as(Problem).rarer) == ("lost", "")
    lost(workspace, 48, 52, lost="Lost")
    with pytest.raises(SettingsError, match=r"never is\. It is the class that has counted so far"):
        commands.restate_problem(workspace, "Ada")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('label = "late"', 'label = "lateness"', "no such column"),
        ('positive = "yes"', 'positive = "oui"', "never is"),
        ("0.825", "82.5", "must lie in"),
    ],
)
def test_a_problem_that_does_not_fit_the_data_is_refused(
    make: Make, old: str, new: str, told: str
) -> None:
    workspace = make(())
    path = workspace.folder / "leadline.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(SettingsError, match=told):
        commands.state_problem(workspace, "Ada")
    assert workspace.record.marks() == ()


def priced(workspace: Workspace, prices: str) -> None:
    """A label of three classes, and a table of what confusions cost."""
    (file,) = workspace.settings.data.files
    values = ["lost", "won", "Kept "] * 20
    pl.DataFrame({"late": values, "x": range(60)}).write_csv(workspace.path(file))
    path = workspace.folder / "leadline.toml"
    text = path.read_text().replace('positive = "yes"\n', "").replace("roc_auc", "accuracy")
    text = text.partition("\n[problem.costs")[0]
    path.write_text(f"{text}\n[problem.costs]\n{prices}\n")


def test_confusions_are_priced_by_the_classes_of_the_data(make: Make) -> None:
    workspace = make(())
    priced(workspace, "lost.won = 50\n'Kept ' = { lost = 2.5, won = 0 }")
    stated = commands.state_problem(workspace, "Ada").verdict_as(Problem)
    assert by_truth(stated.costs) == {"lost": {"won": 50.0}, "Kept": {"lost": 2.5, "won": 0.0}}


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ("lost.wonn = 50", r"names 'wonn', and 'late' never is\. One of its values"),
        ("lost.lost = 1", "what it costs to call 'lost' 'lost'"),
        ("lost.won = -1", r"costs\.lost\.won is -1"),
        ("lost.won = true", r"costs\.lost\.won is True"),
        ("lost.won = '5'", r"costs\.lost\.won is '5'"),
        ("lost = 5", r"costs\.lost is 5"),
        ("lost.Kept = 1\nlost.'Kept ' = 2", "has two prices for 'lost' said to be 'Kept'"),
    ],
)
def test_prices_that_make_no_sense_are_refused(make: Make, prices: str, told: str) -> None:
    workspace = make(())
    priced(workspace, prices)
    with pytest.raises(SettingsError, match=told):
        commands.state_problem(workspace, "Ada")


def worded(workspace: Workspace, words: str) -> None:
    path = workspace.folder / "leadline.toml"
    text = path.read_text()
    for old in ('miss = "a missed connection"\n', 'false_alarm = "a crew held for nothing"\n'):
        text = text.replace(old, "")
    text = text.partition("\n[problem.words]")[0]
    path.write_text(f"{text}\n[problem.words]\n{words}\n")


def test_words_are_made_from_the_classes_and_the_column_where_nobody_said_any(make: Make) -> None:
    workspace = make(())
    worded(workspace, "")
    words = commands.state_problem(workspace, "Ada").verdict_as(Problem).words
    assert words.counts(140, 218) == "140 late, 218 not late"
    assert words.miss == "a flight that is late but not flagged"
    worded(workspace, "classes.no = 'on time'\nhit = 'a warning in time'\nunits = 'flights abroad'")
    words = commands.state_problem(workspace, "Ada").verdict_as(Problem).words
    assert words.counts(140, 218) == "140 late, 218 on time"
    assert words.false_alarm == "a flight that is on time but flagged"
    assert (words.hit, words.units) == ("a warning in time", "flights abroad")


def test_several_classes_keep_the_words_that_are_theirs(make: Make) -> None:
    workspace = make(())
    priced(workspace, "lost.won = 50")
    worded(workspace, "classes.lost = 'gone'")
    words = commands.state_problem(workspace, "Ada").verdict_as(Problem).words
    assert [words.of_class(each) for each in ("lost", "won", "Kept")] == ["gone", "won", "Kept"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("classes.maybe = 'late'", r"words\] names 'maybe', and 'late' never is"),
        ("classes.no = 'late'", "calls two classes 'late'"),
        ("hit = 'late'\nmiss = 'late'", "calls two outcomes 'late'"),
        ("measured_in = 'minutes'", "measured_in is 'minutes', but the label has classes"),
    ],
)
def test_words_that_fit_no_class_are_refused(make: Make, words: str, told: str) -> None:
    workspace = make(())
    worded(workspace, words)
    with pytest.raises(SettingsError, match=told):
        commands.state_problem(workspace, "Ada")


def test_a_number_has_no_words_for_classes(make: Make) -> None:
    workspace = make(())
    path = workspace.folder / "leadline.toml"
    text = path.read_text().replace('label = "late"', 'label = "dep_delay"')
    path.write_text(text.replace('positive = "yes"\n', "task = 'regression'\nscoring = 'r2'\n"))
    worded(workspace, "measured_in = 'minutes'")
    assert commands.state_problem(workspace, "Ada").verdict_as(Problem).words.label == "dep delay"
    worded(workspace, "classes.yes = 'late'")
    with pytest.raises(SettingsError, match="the label is a number"):
        commands.state_problem(workspace, "Ada")


def test_a_decision_stands_on_what_is_current_and_overrules_a_no(make: Make) -> None:
    workspace = make(("problem", "data"))
    append(workspace, "feasibility", replace(example_feasibility(), answer=Answer.NO))
    assert workspace.record.standing()["search"].closed
    entry = commands.decide(workspace, "define", "go", "It is cheap to try.", "Ada")
    assert entry.on == {"problem": 1, "data": 2, "feasibility": 3}
    assert not workspace.record.standing()["search"].closed


def test_go_is_refused_where_nothing_can_be_computed(make: Make) -> None:
    workspace = make(("problem",))
    classes = (ClassCount(value="yes", n_rows=example_data().n_rows),)
    append(workspace, "data", again(example_data(), classes=classes))
    told = r"Nobody can overrule the verdict of 'data': The label has one value only\."
    with pytest.raises(NotReadyError, match=told) as caught:
        commands.decide(workspace, "define", "go", "go", "Ada")
    assert "'leadline run data'" in caught.value.next
    page = queries.decision_page(workspace, "define")
    assert page.barrier == "The label has one value only."
    step = queries.project_page(workspace).next
    assert (step.title, step.command) == ("Run data again", "leadline run data")
    commands.decide(workspace, "define", "stop", "no labels", "Ada")


def test_a_stop_closes_what_comes_after(make: Make) -> None:
    workspace = make(DEFINE)
    commands.decide(workspace, "define", "stop", "Nobody needs it.", "Ada")
    assert "not to go on" in workspace.record.standing()["search"].closed
    with pytest.raises(NotReadyError, match="not to go on"):
        commands.ask_for(workspace, "search", "Ada")


@pytest.mark.parametrize(
    ("back", "told"),
    [
        (WayBack("train", "more rows"), "train comes after define"),
        (WayBack("desing", "more rows"), "There is no stage 'desing'"),
        (WayBack("", "more rows"), "does not say to which stage"),
        (WayBack("define", "  "), "does not say what to change"),
    ],
)
def test_who_goes_back_names_an_earlier_stage_and_a_change(
    make: Make, back: WayBack, told: str
) -> None:
    workspace = make(DEFINE)
    with pytest.raises((SettingsError, RecordError), match=told):
        commands.decide(workspace, "define", "back", "too dear", "Ada", back=back)
    assert workspace.record.latest("decision.define") is None


def test_only_a_decision_on_the_same_answers_is_kept(make: Make) -> None:
    workspace = make(DEFINE)
    with pytest.raises(NotReadyError, match="Nobody has decided on define"):
        commands.keep_decision(workspace, "define", "Ada")
    commands.decide(workspace, "define", "go", "Fine.", "Ada")
    with pytest.raises(NotReadyError, match="entry 4 on define stands"):
        commands.keep_decision(workspace, "define", "Ada")
    append(workspace, "feasibility", replace(example_feasibility(), answer=Answer.NO))
    with pytest.raises(NotReadyError, match="stood on other answers"):
        commands.keep_decision(workspace, "define", "Ada")
    append(workspace, "feasibility", replace(example_feasibility(), p_value=0.02))
    with pytest.raises(OutdatedAnswerError, match="have changed since"):
        commands.keep_decision(workspace, "define", "Ada", seen={"problem": 1})
    with pytest.raises(SettingsError, match="Nobody is named"):
        commands.keep_decision(workspace, "define", " ")
    assert commands.keep_decision(workspace, "define", "Ada").number == 7


def test_who_decides_on_an_older_page_is_told(make: Make) -> None:
    workspace = make(DEFINE)
    seen = {"problem": 1, "data": 2, "feasibility": 3}
    commands.decide(workspace, "define", "go", "Fine.", "Ada", replacing=None, seen=seen)
    with pytest.raises(OutdatedAnswerError, match="entry 4 has since taken its place"):
        commands.decide(workspace, "define", "stop", "No.", "Bo", replacing=None, seen=seen)
    append(workspace, "feasibility", example_feasibility())
    with pytest.raises(OutdatedAnswerError, match="have changed since"):
        commands.decide(workspace, "define", "stop", "No.", "Bo", replacing=4, seen=seen)


@pytest.mark.parametrize(
    ("stage", "choice", "why", "by", "error"),
    [
        ("define", "perhaps", "Why not.", "Ada", SettingsError),
        ("define", "go", "  ", "Ada", SettingsError),
        ("define", "go", "Fine.", " ", SettingsError),
        ("define", "go", "Fine.", "x" * 81, SettingsError),
        ("train", "go", "Fine.", "Ada", NotReadyError),
        ("defne", "go", "Fine.", "Ada", RecordError),
    ],
)
def test_a_decision_needs_a_stage_a_choice_a_reason_and_a_name(
    make: Make, stage: str, choice: str, why: str, by: str, error: type[LeadlineError]
) -> None:
    workspace = make(DEFINE)
    with pytest.raises(error):
        commands.decide(workspace, stage, choice, why, by)
    assert len(workspace.record.marks()) == 3


def test_a_row_is_put_into_the_queue_once(make: Make) -> None:
    workspace = make(("problem",))
    first = commands.ask_for(workspace, "data", "Ada")
    assert commands.ask_for(workspace, "data", "Bo").number == first.number
    workspace.record.jobs.claim("w")
    assert commands.ask_for(workspace, "data", "Bo").number == first.number
    workspace.record.jobs.finish(first.number, worker="w", state=JobState.FAILED, message="Oh.")
    assert commands.ask_for(workspace, "data", "Bo").number != first.number


@pytest.mark.parametrize("row", ["problem", "review", "decision.define", "feasibility"])
def test_a_row_that_people_judge_or_that_is_closed_is_not_queued(make: Make, row: str) -> None:
    workspace = make(("problem",))
    with pytest.raises(NotReadyError):
        commands.ask_for(workspace, row, "Ada")
    assert workspace.record.jobs.newest() == ()


def test_a_choice_rests_on_the_judgments(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    number = judge_all(workspace)
    entry = commands.choose_point(
        workspace, "balanced", 40, 10, "Cheap.", "Ada", replacing=None, tuning=number
    )
    verdict = entry.verdict
    assert isinstance(verdict, Review)
    assert (verdict.n_judged, verdict.n_stream, verdict.judges) == (60, 2_000, ("Ada",))
    assert sum(point.p_cheapest for point in verdict.points) == pytest.approx(1)
    truth = [is_late(row) for row in range(2_000)]
    found = verdict.chosen_point.precision
    assert found.low < sum(truth) / len(truth) + 0.3
    assert 0 < found.low < found.estimate < found.high < 1
    assert entry.on == {"problem": 1, "tuning": 8}
    assert workspace.record.standing()["review"].state is State.CURRENT


def test_a_choice_without_judgments_says_so(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    verdict = commands.choose_point(workspace, "cautious", 4, 1, "In a hurry.", "Ada").verdict
    assert isinstance(verdict, Review)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.chosen_point.precision == verdict.chosen_point.test_precision


@pytest.mark.parametrize(
    ("name", "cost", "why"), [("bold", 4.0, "So."), ("cautious", 0.0, "So."), ("cautious", 4.0, "")]
)
def test_a_choice_needs_a_point_a_cost_and_a_reason(
    make: Make, name: str, cost: float, why: str
) -> None:
    workspace = make(UNTIL_TUNING)
    with pytest.raises(SettingsError):
        commands.choose_point(workspace, name, cost, 1.0, why, "Ada")


def test_judging_rows_that_were_not_drawn_or_of_an_older_tuning_is_refused(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    entry = workspace.record.latest("tuning")
    assert entry is not None
    drawn = rows_to_judge(workspace.artifacts, entry.verdict)  # type: ignore[arg-type]
    other = next(row for row in range(2_000) if row not in drawn)
    with pytest.raises(SettingsError, match="not drawn"):
        commands.judge(workspace, entry.number, other, True, "Ada", 1.0)
    append(workspace, "tuning", entry.verdict)
    with pytest.raises(OutdatedAnswerError, match="entry 9 has since taken its place"):
        commands.judge(workspace, entry.number, drawn[0], True, "Ada", 1.0)


def test_a_judgment_is_taken_back(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    number = judge_all(workspace)
    n = len(workspace.record.reviews.judgments(number))
    assert commands.undo_judgment(workspace, number, "Ada") is not None
    assert len(workspace.record.reviews.judgments(number)) == n - 1
    assert commands.undo_judgment(workspace, number, "Bo") is None


def test_labels_are_kept_by_content_and_must_be_possible(make: Make) -> None:
    workspace = make(("problem", "data"))
    found = commands.next_item(workspace, "Ada")
    assert isinstance(found, Assignment)
    with pytest.raises(SettingsError, match="One of no, yes"):
        commands.vote(workspace, found.id, LabelAnswer(value="maybe"), "Ada")
    commands.vote(workspace, found.id, LabelAnswer(value="yes", seconds=3.0e9), " Ada ")
    (vote,) = workspace.record.labels.votes.plain()
    assert (vote.item, vote.annotator, vote.value) == (found.item.key, "Ada", "yes")
    assert vote.seconds == 600.0
    assert vote.price == 41_667, "ten seconds at 15 an hour, rounded up to a millionth"
    assert commands.undo_vote(workspace, "Ada") is not None
    assert workspace.record.labels.votes.plain() == ()


def numbers_asked(make: Make) -> Workspace:
    workspace = make(("problem", "data"))
    asked = replace(data_of(workspace), task=Task.REGRESSION, classes=())
    append(workspace, "data", asked)
    return workspace


@pytest.mark.parametrize(
    ("typed", "kept"), [(" 12 ", "12"), ("12.0", "12"), ("1e-3", "0.001"), ("1_000", "1000")]
)
def test_a_number_is_kept_in_one_spelling(make: Make, typed: str, kept: str) -> None:
    workspace = numbers_asked(make)
    found = commands.next_item(workspace, "Ada")
    assert isinstance(found, Assignment)
    commands.vote(workspace, found.id, LabelAnswer(value=typed), "Ada")
    (vote,) = workspace.record.labels.votes.plain()
    assert vote.value == kept


@pytest.mark.parametrize("typed", ["1,5", "nan", "inf", "a lot", ""])
def test_what_is_no_number_is_refused(make: Make, typed: str) -> None:
    workspace = numbers_asked(make)
    found = commands.next_item(workspace, "Ada")
    assert isinstance(found, Assignment)
    with pytest.raises(SettingsError, match="A number is needed"):
        commands.vote(workspace, found.id, LabelAnswer(value=typed), "Ada")


@pytest.mark.parametrize("is_skip", [True, False])
def test_who_gives_no_label_says_why(make: Make, is_skip: bool) -> None:
    workspace = make(("problem", "data"))
    found = commands.next_item(workspace, "Ada")
    assert isinstance(found, Assignment)
    with pytest.raises(SettingsError, match="There is no reason"):
        commands.vote(workspace, found.id, LabelAnswer(value=None, is_skip=is_skip), "Ada")
    answer = LabelAnswer(value=None, is_skip=is_skip, reason=" too dark ", comment="<b>odd</b>")
    commands.vote(workspace, found.id, answer, "Ada")
    (kept,) = (
        workspace.record.labels.votes.skips() if is_skip else workspace.record.labels.votes.plain()
    )
    assert (kept.value, kept.reason, kept.comment) == (None, "too dark", "<b>odd</b>")
    with pytest.raises(SettingsError, match="At most 500 are kept"):
        commands.vote(workspace, found.id, replace(answer, reason="x" * 501), "Ada")


@pytest.mark.parametrize(("took", "kept"), [(-5.0, 0.0), (12.5, 12.5), (7_200.0, 600.0)])
def test_a_break_while_judging_counts_as_ten_minutes(make: Make, took: float, kept: float) -> None:
    workspace = make(UNTIL_TUNING)
    entry = workspace.record.latest("tuning")
    assert entry is not None
    row = rows_to_judge(workspace.artifacts, entry.verdict)[0]  # type: ignore[arg-type]
    commands.judge(workspace, entry.number, row, True, "Ada", took)
    assert [each.seconds for each in workspace.record.reviews.judgments(entry.number)] == [kept]


def test_who_only_writes_a_line_waits_for_no_statistics() -> None:
    """`scipy.stats` takes half a second of every verb, and few commands need it."""
    asked = "import sys, leadline.services.commands; print('scipy.stats' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
