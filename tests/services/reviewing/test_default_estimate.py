"""Several classes and numbers judged on the stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from tests.default_decisions import COSTS, KINDS
from tests.services.default_streams import (
    N_ROWS,
    NAMES,
    TOLERANCE,
    drawn_project,
    predictions,
    stream_shares,
    true_classes,
    true_numbers,
    truth_of,
)
from tests.services.flights import append
from tests.services.planned_streams import judge_until, planned_classes

from leadline.charts.review import chart
from leadline.cli import main
from leadline.errors import DataError, SettingsError
from leadline.notebook.project_tables import point_table
from leadline.phases.problem import by_truth
from leadline.phases.review import Review
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer
from leadline.record import Judgment
from leadline.report import write_report
from leadline.services.commands import choose_point, judge
from leadline.services.commands.judgment_file import judge_file
from leadline.services.queries import operating_points_page, review_page
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.services.reviewing.value_answers import value_answers
from leadline.stats.operating.class_costs import cheapest_classes, cost_matrix
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def judge_all(workspace: Workspace, kind: str, n: int | None = None) -> tuple[int, list[int]]:
    """Ada judges the rows, and is always right."""
    entry = workspace.record.latest("tuning")
    assert entry is not None
    assert isinstance(entry.verdict, Tuning)
    rows = list(rows_to_judge(workspace.artifacts, entry.verdict))[:n]
    for row in rows:
        judge(workspace, entry.number, row, None, "Ada", 3.0, value=truth_of(kind, row))
    return entry.number, rows


@pytest.mark.parametrize("kind", KINDS)
def test_judgments_say_what_is_right_on_the_stream(make: Make, kind: str) -> None:
    workspace = drawn_project(make, kind)
    n = 100 if kind == "numbers" else 150
    judge_all(workspace, kind, n)
    page = operating_points_page(workspace)
    assert page.n_judged == n
    real = page.on_stream
    assert real is not None
    if kind == "numbers":
        share = np.mean(np.abs(true_numbers() - predictions()) <= TOLERANCE)
        assert real.numbers is not None
        assert real.numbers.error is not None
    else:
        said = stream_shares().argmax(axis=1)
        share = np.mean(said == true_classes())
        assert [each.name for each in real.classes] == NAMES
        assert sum(each.n_predicted for each in real.classes) == N_ROWS
        assert [each.confidence for each in real.silences] == [0.0, 0.7, 0.9]
        assert real.silences[-1].right.estimate > real.right.estimate
        assert page.confusions
        assert page.confusions[0][1]
    assert real.right.low <= share <= real.right.high
    assert real.right.high - real.right.low < 0.2


@pytest.mark.parametrize("kind", KINDS)
def test_the_agreement_rests_on_the_stream(make: Make, kind: str) -> None:
    workspace = drawn_project(make, kind)
    name = operating_points_page(workspace).plain
    assert name is not None
    number, rows = judge_all(workspace, kind, 20)
    judge(workspace, number, rows[0], None, "Bo", 3.0, value=truth_of(kind, rows[1]))
    few = choose_point(workspace, name.name, 1.0, 1.0, "so", "Ada").verdict
    assert few.answer is Answer.UNCLEAR
    judge_all(workspace, kind, 60)
    verdict = choose_point(workspace, name.name, 1.0, 1.0, "so", "Ada").verdict
    assert isinstance(verdict, Review)
    assert verdict.plain is not None
    assert verdict.on_stream is not None
    is_worse = verdict.on_stream.right.high < verdict.plain.right.low
    assert is_worse == (kind != "numbers"), "that the stream is worse settles nothing"
    assert verdict.answer is (Answer.UNCLEAR if is_worse else Answer.GO)
    assert "of the real stream" in verdict.summary
    assert verdict.n_judged_twice == 1
    assert verdict.judges == ("Ada", "Bo")


def test_a_number_that_is_only_near_enough_is_counted_and_told(make: Make) -> None:
    workspace = drawn_project(make, "numbers")
    number, rows = judge_all(workspace, "numbers", 30)
    row = review_page(workspace, "Bo").row
    assert row is not None
    assert review_page(workspace, "Bo").near is None, "blind unless asked"
    shown = review_page(workspace, "Bo", is_shown=True).near
    assert shown == pytest.approx((predictions()[row] - 25, predictions()[row] + 25))
    fresh = next(each for each in _sample(workspace) if each not in rows)
    judge(workspace, number, fresh, True, "Bo", 3.0)
    verdict = choose_point(workspace, "as-predicted", 1.0, 1.0, "so", "Ada").verdict
    assert isinstance(verdict, Review)
    assert verdict.n_judged == 31
    assert any("with the prediction in sight" in one.what for one in verdict.findings)


def _sample(workspace: Workspace) -> tuple[int, ...]:
    entry = workspace.record.latest("tuning")
    assert entry is not None
    assert isinstance(entry.verdict, Tuning)
    return rows_to_judge(workspace.artifacts, entry.verdict)


def test_answers_that_do_not_fit_are_refused(make: Make) -> None:
    workspace = drawn_project(make, "classes")
    entry = workspace.record.latest("tuning")
    assert entry is not None
    row = _sample(workspace)[0]
    with pytest.raises(SettingsError, match="One of late"):
        judge(workspace, entry.number, row, None, "Ada", 1.0, value="lost")
    with pytest.raises(SettingsError, match="name of a class"):
        judge(workspace, entry.number, row, True, "Ada", 1.0)
    assert workspace.record.reviews.judgments(entry.number) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_judging_elsewhere_and_in_the_terminal(make: Make, kind: str, tmp_path: Path) -> None:
    workspace = drawn_project(make, kind)
    folder, file = workspace.folder, tmp_path / "rows.csv"
    call = CliRunner().invoke
    assert call(main, ["export", "rows", str(file), "-C", str(folder)]).exit_code == 0
    rows = pl.read_csv(file)
    assert rows.columns[:2] == ["row", "value"]
    assert "score" not in rows.columns
    said = [truth_of(kind, row) for row in rows["row"]]
    rows[:40].with_columns(value=pl.Series(said[:40])).write_csv(file)
    assert judge_file(workspace, file, "Ada") == 40
    rows[:2].with_columns(value=pl.Series(["nonsense", None], dtype=pl.String)).write_csv(file)
    with pytest.raises(DataError, match="nonsense"):
        judge_file(workspace, file, "Ada")
    pl.concat([rows[:1]] * 2).with_columns(value=pl.Series(said[:1] * 2)).write_csv(file)
    with pytest.raises(DataError, match="has an answer above"):
        judge_file(workspace, file, "Ada")
    first = "12.5" if kind == "numbers" else "1"
    typed = f"{first}\n?\nnonsense\nu\nq\n"
    shown = call(main, ["review", "-C", str(folder), "--by", "Cy"], input=typed)
    assert shown.exit_code == 0, shown.output
    assert "'nonsense'" in shown.output
    assert "On the real stream" not in shown.output, "rows are left"
    number = workspace.record.latest("tuning")
    assert number is not None
    judge_all(workspace, kind)
    told = call(main, ["review", "-C", str(folder), "--by", "Ada"])
    assert "On the real stream, from " in told.output
    assert ("silent below a score of" in told.output) == (kind != "numbers")


def said(row: int, who: str, value: str | None, *, near: bool | None = None) -> Judgment:
    return Judgment(tuning=1, row=row, reviewer=who, is_positive=near, seconds=1.0, value=value)


def test_one_answer_a_row() -> None:
    found = value_answers(
        [
            said(1, "Ada", "a"),
            said(1, "Bo", "b"),
            said(2, "Ada", "a"),
            said(2, "Bo", "a"),
            said(3, "Ada", None),
        ],
        None,
    )
    assert (found.values, found.n_unsure, found.agreement) == ({2: "a"}, 2, (1, 2))
    numbers = value_answers(
        [
            said(1, "Ada", "10"),
            said(1, "Bo", "14"),
            said(2, "Ada", None, near=True),
            said(2, "Bo", "3"),
            said(4, "Bo", None, near=False),
        ],
        5.0,
    )
    assert numbers.values == {1: "12.0", 2: "3.0"}
    assert numbers.near == {4: False}
    assert numbers.agreement == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_picture_and_report_are_of_the_stream(make: Make, kind: str) -> None:
    workspace = drawn_project(make, kind)
    judge_all(workspace, kind, 80)
    plain = operating_points_page(workspace).plain
    assert plain is not None
    verdict = choose_point(workspace, plain.name, 1.0, 1.0, "so", "Ada").verdict
    assert isinstance(verdict, Review)
    assert "80 judgments" in json.dumps(chart(verdict).to_dict())
    text = write_report(
        workspace.record.entries(), workspace.record.standing(), title="x", form="markdown"
    )
    assert "on the real stream, from 80 judgments" in text


def test_rows_below_a_confidence_may_be_left_without_an_answer(make: Make) -> None:
    workspace = planned_classes(make)
    judge_until(workspace, true_classes(), n=150)
    page = operating_points_page(workspace)
    assert page.on_stream is not None
    cut = page.on_stream.silences[1]
    entry = workspace.record.latest("tuning")
    assert entry is not None
    number = entry.number
    offered = entry.verdict_as(Tuning)
    assert offered.plain is not None
    append(
        workspace,
        "tuning",
        replace(offered, plain=replace(offered.plain, silences=page.on_stream.silences)),
    )
    for one in workspace.record.reviews.judgments(number):
        workspace.record.reviews.add_judgment(replace(one, tuning=number + 1))
    verdict = choose_point(
        workspace, "likeliest-class", 1.0, 1.0, "sure ones", "Ada", confidence=cut.confidence
    ).verdict
    assert isinstance(verdict, Review)
    assert verdict.confidence == cut.confidence
    assert f"{cut.answered:.0%} of the real stream is answered" in verdict.summary
    assert verdict.slices is not None
    every = page.slices[0].lines[0].n_rows
    (same,) = [x for x in verdict.slices.lines if x.name == page.slices[0].lines[0].name]
    assert 0 < same.n_rows < every
    assert same.n_judged < page.slices[0].lines[0].n_judged
    with pytest.raises(SettingsError, match=r"One of 0\.700, 0\.900 is needed"):
        choose_point(workspace, "likeliest-class", 1.0, 1.0, "so", "Ada", confidence=0.4)


def test_numbers_are_all_answered(make: Make) -> None:
    workspace = drawn_project(make, "numbers")
    with pytest.raises(SettingsError, match="Only where the likeliest class"):
        choose_point(workspace, "as-predicted", 1.0, 1.0, "so", "Ada", confidence=0.4)


@pytest.mark.parametrize("name", ["likeliest-class", "least-cost"])
def test_both_decisions_are_held_against_the_stream(make: Make, name: str) -> None:
    workspace = drawn_project(make, "costs")
    judge_all(workspace, "costs")
    page = operating_points_page(workspace)
    assert any(each.what.startswith("Mistakes cost") for each in page.reality)
    folder = str(workspace.folder)
    shown = CliRunner().invoke(main, ["review", "-C", folder, "--by", "Ada"]).stdout
    assert all(f"least-cost: {each.what}" in shown for each in page.by_cost_reality)
    assert point_table(page)["name"].to_list() == ["likeliest-class", "least-cost"]
    shares, truth = stream_shares(), true_classes()
    costs = cost_matrix(NAMES, by_truth(COSTS))
    said = shares.argmax(axis=1) if name == "likeliest-class" else cheapest_classes(shares, costs)
    real = page.on_stream if name == "likeliest-class" else page.by_cost_on_stream
    assert real is not None
    assert real.cost is not None
    assert real.cost.low <= costs[truth, said].mean() <= real.cost.high
    assert sum(each.n_predicted for each in real.classes) == N_ROWS
    dearest = real.confusions[0]
    assert dearest.cost is not None
    assert dearest.cost >= real.confusions[-1].cost  # type: ignore[operator]
    for row in dearest.rows:
        assert (NAMES[said[row]], NAMES[truth[row]]) == (dearest.said, dearest.truth)
    verdict = choose_point(workspace, name, 1.0, 1.0, "so", "Ada").verdict
    assert isinstance(verdict, Review)
    assert verdict.plain is not None
    assert verdict.plain.name == name
    assert verdict.on_stream == real
    assert "mistakes cost" in verdict.summary
    told = page.reality if name == "likeliest-class" else page.by_cost_reality
    assert told
    assert set(told) <= set(verdict.findings)


def test_by_least_cost_all_rows_are_answered(make: Make) -> None:
    workspace = drawn_project(make, "costs")
    with pytest.raises(SettingsError, match="Only where the likeliest class"):
        choose_point(workspace, "least-cost", 1.0, 1.0, "so", "Ada", confidence=0.7)
