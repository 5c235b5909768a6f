"""Whom a model fails on the stream, by judgments of a few of its rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from tests.examples import example_tuning
from tests.services.planned_streams import (
    frame,
    judge_until,
    late,
    planned_classes,
    planned_project,
    scores,
    true_classes,
)

from leadline.phases.performance.slice_report import UNKNOWN, WORSE
from leadline.phases.review import Review
from leadline.services.commands import choose_point, judge
from leadline.services.queries import operating_points_page
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def test_a_slice_on_which_scores_tell_nothing_is_named(make: Make) -> None:
    workspace = planned_project(make, 119)
    judge_until(workspace, late())
    page = operating_points_page(workspace)
    assert [each.point for each in page.slices] == ["cautious", "balanced", "catch-all"]
    (balanced,) = [each for each in page.slices if each.point == "balanced"]
    named = {line.name: line for line in balanced.lines}
    assert named["origin = JFK"].state == WORSE
    jfk = frame()["origin"].to_numpy() == "JFK"
    point = example_tuning().point("balanced")
    share = np.mean((scores() >= point.threshold)[jfk] != late()[jfk])
    wrong = named["origin = JFK"].wrong
    assert wrong is not None
    assert wrong.low <= share <= wrong.high
    assert named["origin = JFK"].n_rows == jfk.sum()
    assert named["origin = LGA"].state != WORSE
    assert balanced.lacking == ("colour",)


def test_rows_that_divide_judges_are_not_left_out(make: Make) -> None:
    workspace = planned_project(make, 119)
    rows = judge_until(workspace, late())
    page = operating_points_page(workspace)
    real = [row for row in rows if late()[row]]
    missed = set(real[::4])
    for row in rows:
        judge(workspace, page.tuning, row, bool(late()[row]) and row not in missed, "Zoe", 0.0)
    divided = operating_points_page(workspace)
    assert divided.n_unsure == len(missed) > 10
    told, before = (
        {line.name: line.n_judged for line in its.slices[0].lines} for its in (divided, page)
    )
    assert told == before


def test_named_groups_always_appear(make: Make) -> None:
    workspace = planned_project(make)
    judge_until(workspace, late(), n=15)
    (first, *_) = operating_points_page(workspace).slices
    groups = [line for line in first.lines if line.is_group]
    assert len(groups) == 4
    assert {line.state for line in groups} == {UNKNOWN}
    assert all(line.wrong is None for line in groups)


def test_the_verdict_tells_whom_it_fails(make: Make) -> None:
    workspace = planned_project(make, 119)
    judge_until(workspace, late())
    verdict = choose_point(workspace, "balanced", 4.0, 1.0, "so", "Ada").verdict
    assert isinstance(verdict, Review)
    assert verdict.slices is not None
    assert verdict.slices.point == "balanced"
    told = [finding.what for finding in verdict.findings]
    assert any(what.startswith("Fares worse on the stream: origin = JFK") for what in told)
    assert any("The stream has no column 'colour'" in what for what in told)


def test_of_several_classes_the_share_that_is_wrong_is_told(make: Make) -> None:
    workspace = planned_classes(make)
    judge_until(workspace, true_classes())
    page = operating_points_page(workspace)
    (report,) = page.slices
    assert report.n_tested > 4
    known = [line for line in report.lines if line.wrong is not None]
    assert known
    assert all(line.precision is None for line in known)
    verdict = choose_point(workspace, "likeliest-class", 1.0, 1.0, "so", "Ada").verdict
    assert isinstance(verdict, Review)
    assert verdict.slices == report
