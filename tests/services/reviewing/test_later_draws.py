"""Rows drawn after the first ones: once, the same for all, and as blind as these."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from tests.services.default_streams import drawn_project, predictions, stream_shares
from tests.services.flights import append
from tests.services.planned_streams import (
    N_PLANNED,
    N_ROWS,
    judge_until,
    late,
    planned_classes,
    planned_project,
    scores,
    sure,
    true_classes,
)

from leadline.cli import main
from leadline.datasets.further_sample import FurtherSample, draw_further
from leadline.errors import NotReadyError, SettingsError
from leadline.phases.review import Review
from leadline.phases.tuning import Tuning
from leadline.record import DrawReason
from leadline.services.commands import ask_for_more, choose_point, judge, undo_judgment
from leadline.services.commands.judgment_file import judge_file
from leadline.services.queries import operating_points_page, review_page
from leadline.services.reviewing import later_draws
from leadline.services.reviewing.later_draws import as_drawn
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
FIRST = N_PLANNED // 2


def number_of(workspace: Workspace) -> int:
    entry = workspace.record.latest("tuning")
    assert entry is not None
    return entry.number


def drawn(workspace: Workspace) -> Tuning:
    entry = workspace.record.latest("tuning")
    assert entry is not None
    return as_drawn(workspace.record, entry.number, entry.verdict_as(Tuning))


def rows_of(workspace: Workspace) -> set[int]:
    return set(rows_to_judge(workspace.artifacts, drawn(workspace)))


def reasons(workspace: Workspace) -> list[DrawReason]:
    return [each.reason for each in workspace.record.reviews.draws(number_of(workspace))]


def test_the_last_answer_of_the_first_part_draws_the_second(make: Make) -> None:
    workspace = planned_project(make)
    before = rows_of(workspace)
    judge_until(workspace, late(), n=FIRST - 1)
    page = review_page(workspace, "Ada")
    assert (rows_of(workspace), page.n_left, page.n_later) == (before, 1, N_PLANNED - FIRST)
    judge_until(workspace, late(), n=1)
    assert before < rows_of(workspace)
    assert len(rows_of(workspace)) == N_PLANNED
    assert reasons(workspace) == [DrawReason.PLANNED]
    page = review_page(workspace, "Ada")
    assert (page.n_left, page.n_later) == (N_PLANNED - FIRST, 0)
    rest = judge_until(workspace, late())
    assert len(rest) == N_PLANNED - FIRST
    assert len(reasons(workspace)) == 1
    verdict = choose_point(workspace, "balanced", 4.0, 1.0, "so", "Ada").verdict
    assert isinstance(verdict, Review)
    assert verdict.n_judged == N_PLANNED


def test_the_second_part_goes_where_the_first_left_doubt(make: Make) -> None:
    """Into the tail, where positives were found in it; elsewhere, where none were."""

    def in_tail(share: float) -> tuple[float, float]:
        """Share of the rows of each part that score below every point."""
        workspace, tail = planned_project(make), scores() < 0.12
        truth = np.random.default_rng(0).random(N_ROWS) < np.where(tail, share, scores())
        before = rows_of(workspace)
        judge_until(workspace, truth, n=FIRST)
        first, second = sorted(before), sorted(rows_of(workspace) - before)
        return float(tail[first].mean()), float(tail[second].mean())

    first, after_none = in_tail(0.0)
    _, after_many = in_tail(0.3)
    assert first > 0.3
    assert after_none < first - 0.15
    assert after_many > after_none


def test_what_is_undone_later_changes_no_row(make: Make) -> None:
    workspace = planned_project(make)
    judge_until(workspace, late(), n=FIRST)
    kept = rows_of(workspace)
    row = undo_judgment(workspace, number_of(workspace), "Ada")
    assert row is not None
    judge(workspace, number_of(workspace), row, not bool(late()[row]), "Ada", 2.0)
    assert rows_of(workspace) == kept
    assert len(reasons(workspace)) == 1


def test_the_same_answers_draw_the_same_rows(make: Make) -> None:
    found = []
    for _ in range(2):
        workspace = planned_project(make)
        judge_until(workspace, late(), n=FIRST)
        found.append(rows_to_judge(workspace.artifacts, drawn(workspace)))
    assert found[0] == found[1]


def test_other_answers_to_the_same_rows_draw_by_other_chance(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    chances = []

    def draw(*given: Any, **more: Any) -> FurtherSample:
        chances.append(given[4].bit_generator.state["state"])
        return draw_further(*given, **more)

    monkeypatch.setattr(later_draws, "draw_further", draw)
    for answers in (late(), ~late()):
        judge_until(planned_project(make), answers, n=FIRST)
    assert chances[0] != chances[1]


def test_two_who_finish_at_once_get_the_same_second_part(make: Make) -> None:
    workspace = planned_project(make)
    rows = sorted(rows_of(workspace))
    number = number_of(workspace)
    for row in rows[2:]:
        judge(workspace, number, row, bool(late()[row]), "Ada", 2.0)
    last = [(rows[0], "Ada"), (rows[1], "Bo")]

    def answer(given: tuple[int, str]) -> None:
        judge(workspace, number, given[0], bool(late()[given[0]]), given[1], 2.0)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(answer, last))
    assert len(reasons(workspace)) == 1
    assert len(rows_of(workspace)) == N_PLANNED


def test_a_row_that_one_is_unsure_of_holds_nobody_up(make: Make) -> None:
    workspace = planned_project(make)
    number = number_of(workspace)
    for row in rows_of(workspace):
        judge(workspace, number, row, None, "Ada", 2.0)
    assert len(rows_of(workspace)) == N_PLANNED


def test_where_the_first_part_tells_all_there_is_no_second(make: Make) -> None:
    workspace = planned_project(make, 110)
    judge_until(workspace, sure())
    assert reasons(workspace) == [DrawReason.ENOUGH]
    page = operating_points_page(workspace)
    assert page.narrowing.startswith("Enough is judged")
    assert (page.n_judged, page.n_wanted, page.may_ask) == (110, 110, True)
    assert ask_for_more(workspace, 15, "Ada") == 15
    assert reasons(workspace) == [DrawReason.ENOUGH, DrawReason.ASKED]
    assert review_page(workspace, "Ada").n_left == 15


def test_rows_in_doubt_are_asked_for(make: Make) -> None:
    workspace = planned_project(make)
    judge_until(workspace, late())
    page = operating_points_page(workspace)
    assert "more judgments would narrow the widest" in page.narrowing
    assert ask_for_more(workspace, 30, "Bo") == 30
    assert review_page(workspace, "Ada").n_left == 30
    with pytest.raises(NotReadyError, match="30 of the rows drawn have no answer yet"):
        ask_for_more(workspace, 30, "Ada")
    assert not operating_points_page(workspace).may_ask


@pytest.mark.parametrize("n", [0, -3, 501])
def test_too_many_or_none_are_refused(make: Make, n: int) -> None:
    workspace = planned_project(make)
    with pytest.raises(SettingsError, match="From 1 to 500"):
        ask_for_more(workspace, n, "Ada")


def test_several_classes_have_a_second_part(make: Make) -> None:
    workspace = planned_classes(make)
    before = rows_of(workspace)
    judge_until(workspace, true_classes(), n=150)
    assert before < rows_of(workspace)
    assert len(rows_of(workspace)) == 300
    judge_until(workspace, true_classes())
    page = operating_points_page(workspace)
    assert page.n_judged == 300
    assert "more judgments would narrow" in page.narrowing or "Enough" in page.narrowing


def test_where_the_first_part_tells_every_class_there_is_no_second(make: Make) -> None:
    workspace = planned_classes(make)
    judge_until(workspace, stream_shares().argmax(axis=1))
    assert reasons(workspace) == [DrawReason.ENOUGH]
    page = operating_points_page(workspace)
    assert page.narrowing.startswith("Enough is judged")
    assert (page.n_judged, page.n_wanted) == (150, 150)


@pytest.mark.parametrize("is_even", [True, False])
def test_numbers_have_a_second_part_where_distances_scatter(make: Make, is_even: bool) -> None:
    workspace = drawn_project(make, "numbers")
    entry = workspace.record.latest("tuning")
    assert entry is not None
    scores = workspace.artifacts.put(predictions().astype("<f8").tobytes(), "scores")
    tuning = replace(entry.verdict_as(Tuning), n_planned=200, stream_scores=scores)
    append(workspace, "tuning", tuning)
    number = number_of(workspace)
    for row in rows_of(workspace):
        # always ten too much, or far off now and then
        off = 10.0 if is_even else 20 * np.random.default_rng(row).standard_t(2)
        truth = predictions()[row] + off
        judge(workspace, number, row, None, "Ada", 2.0, value=f"{truth:g}")
    assert reasons(workspace) == [DrawReason.ENOUGH if is_even else DrawReason.PLANNED]
    assert len(rows_of(workspace)) == (100 if is_even else 200)
    words = "Enough is judged" if is_even else "the mean distance, in percent of it"
    assert words in operating_points_page(workspace).narrowing


def test_what_another_judge_said_cannot_be_read_off_the_second_part(make: Make) -> None:
    """Bo answers nothing: how many rows there are does not depend on what Ada said."""
    left = []
    for truth in (late(), ~late()):
        workspace = planned_project(make)
        judge_until(workspace, truth, n=FIRST)
        page = review_page(workspace, "Bo")
        left.append((page.n_left, page.n_later, page.n_judged))
    assert left[0] == left[1]


def test_rows_are_exported_and_judged_elsewhere_part_by_part(make: Make, tmp_path: Path) -> None:
    workspace = planned_project(make)
    truth, file = late(), tmp_path / "rows.csv"
    for expected in (FIRST, N_PLANNED - FIRST):
        _export(workspace, file)
        rows = pl.read_csv(file)
        assert rows.height == expected
        said = pl.Series(["yes" if truth[row] else "no" for row in rows["row"]])
        rows.with_columns(is_positive=said).write_csv(file)
        assert judge_file(workspace, file, "Ada") == expected
    found = workspace.record.reviews.judgments(number_of(workspace))
    assert len(found) == N_PLANNED
    assert all(one.is_positive == truth[one.row] for one in found)


def _export(workspace: Workspace, file: Path) -> None:
    answer = CliRunner().invoke(main, ["export", "rows", str(file), "-C", str(workspace.folder)])
    assert answer.exit_code == 0, answer.output


def test_the_command_line_asks_for_more(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = planned_project(make)
    folder = str(workspace.folder)
    monkeypatch.setenv("LEADLINE_USER", "Ada")
    early = CliRunner().invoke(main, ["review", "--more", "20", "-C", folder])
    assert early.exit_code != 0
    assert "60 of the rows drawn have no answer yet" in early.output
    judge_until(workspace, late())
    told = CliRunner().invoke(main, ["review", "-C", folder])
    assert "leadline review --more 50" in told.output
    both = CliRunner().invoke(main, ["review", "--more", "20", "--choose", "balanced"])
    assert "--more goes by itself" in both.output
    answer = CliRunner().invoke(main, ["review", "--more", "20", "-C", folder])
    assert answer.exit_code == 0, answer.output
    assert "20 more rows drawn" in answer.output
    assert len(rows_of(workspace)) == N_PLANNED + 20
