"""Rows of new data are labelled one at a time; who cannot tell is asked about another row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from tests.examples import RELEASE_ID, example_release
from tests.services.block_labelling.new_rows import (
    N_NEW,
    N_OLD,
    N_SPARE,
    NEW,
    OLD,
    ask,
    asked_project,
    labels,
    rows_of,
)
from tests.services.flights import append

from leadline.errors import NotReadyError, OutdatedAnswerError, SettingsError
from leadline.monitoring.block_rows import KEY, ROWS, TRUTH
from leadline.phases.problem import Problem
from leadline.record import Observation
from leadline.services.block_labelling.asked_rows import asked_rows, n_left
from leadline.services.block_labelling.row_label_page import RowLabelPage, row_label_page
from leadline.services.block_labelling.row_labels import label_row, undo_row_label
from leadline.snapshot import to_parquet
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def say(workspace: Workspace, answer: str | None, who: str = "Ada", seconds: float = 6.0) -> None:
    page = row_label_page(workspace, who)
    assert page.row is not None
    label_row(workspace, page.monitor, page.row, answer, who, seconds)


def observe(workspace: Workspace, block: str, rows: pl.DataFrame) -> None:
    """A file came in after the monitor was run."""
    payload = {ROWS: workspace.artifacts.put(to_parquet(rows), "block")}
    later = datetime.now(UTC) + timedelta(seconds=5)
    seen = Observation(RELEASE_ID, block, block, rows.height, payload, later)
    workspace.record.observations.add(seen)


def test_the_newest_block_comes_first_and_progress_is_told(make: Make) -> None:
    workspace = asked_project(make)
    assert row_label_page(workspace, "").row is None
    page = row_label_page(workspace, "Ada")
    assert (page.n_done, page.n_left, page.n_complete, page.n_blocks) == (0, N_OLD + N_NEW, 0, 2)
    for answer in ("yes", "no", "yes"):
        say(workspace, answer)
    assert labels(workspace) == [("new0", "1"), ("new1", "0"), ("new2", "1")]
    page = row_label_page(workspace, "Ada")
    assert (page.n_done, page.n_left, page.n_complete) == (3, N_OLD, 1)
    assert page.seconds_left == 2 * 6.0
    say(workspace, "no")
    say(workspace, "no", "Bo")
    assert n_left(workspace) == 0
    assert row_label_page(workspace, "Ada").row is None
    assert row_label_page(workspace, "Bo").n_done == 1


def test_the_page_knows_nothing_that_could_lead(make: Make) -> None:
    told = str(asdict(row_label_page(asked_project(make), "Ada")))
    for word in (OLD, NEW, "0.8125", "2025", "new0"):
        assert word not in told, word


def test_another_row_takes_the_place_of_one_that_cannot_be_told(make: Make) -> None:
    workspace = asked_project(make)
    say(workspace, None)
    page = row_label_page(workspace, "Ada")
    assert (page.n_done, page.n_left) == (1, N_OLD + N_NEW), "its place is taken"
    for _ in range(N_NEW):
        say(workspace, "yes")
    assert [key for key, _ in labels(workspace)] == ["new0", "new1", "new2", "new3"]
    for _ in range(N_OLD + N_SPARE):
        say(workspace, None)
    assert n_left(workspace) == 0, "no spare row is left"


def test_an_answer_is_taken_back_by_whoever_gave_it(make: Make) -> None:
    workspace = asked_project(make)
    before = row_label_page(workspace, "Ada").values
    say(workspace, "yes")
    assert undo_row_label(workspace, "Bo") is None
    assert undo_row_label(workspace, "Ada") is not None
    assert labels(workspace) == []
    assert row_label_page(workspace, "Ada").values == before


def test_labels_that_a_file_brought_since_are_not_asked_for(make: Make) -> None:
    workspace = asked_project(make)
    rows = rows_of(N_NEW + N_SPARE, 5, "new")
    came = rows.with_columns(pl.when(pl.col(KEY) == "new1").then(1).alias(TRUTH))
    observe(workspace, NEW, came.filter(pl.col(KEY) != "new0"))
    asked = asked_rows(workspace)
    assert asked is not None
    left = [asked.places[number][1] for number in asked.left_by_block[NEW]]
    assert left == ["new2", "new3"], "one has a label, and one is gone"


def test_an_old_page_a_strange_row_and_a_wrong_answer_are_refused(make: Make) -> None:
    workspace = asked_project(make)
    first = row_label_page(workspace, "Ada").monitor
    with pytest.raises(SettingsError, match="Yes or no is needed"):
        label_row(workspace, first, 0, "maybe", "Ada", 1.0)
    with pytest.raises(SettingsError, match="Nobody is named"):
        label_row(workspace, first, 0, "yes", " ", 1.0)
    for row in (-1, 10_000):
        with pytest.raises(OutdatedAnswerError):
            label_row(workspace, first, row, "yes", "Ada", 1.0)
    ask(workspace)
    with pytest.raises(OutdatedAnswerError, match="run since this page"):
        label_row(workspace, first, 0, "yes", "Ada", 1.0)
    assert labels(workspace) == []


def test_nothing_is_asked_of_a_release_that_is_not_in_service(make: Make) -> None:
    workspace = asked_project(make)
    other = replace(example_release(), release_id="another")
    append(workspace, "release", other)
    page = row_label_page(workspace, "Ada")
    assert (page.monitor, page.row, page.n_left) == (0, None, 0)
    with pytest.raises(NotReadyError, match="No row wants a label"):
        label_row(workspace, 1, 0, "yes", "Ada", 1.0)


def test_a_project_without_a_problem_has_no_page(make: Make) -> None:
    with pytest.raises(NotReadyError, match="nothing to label yet"):
        row_label_page(make(()), "Ada")
    assert isinstance(row_label_page(make(("problem",)), "Ada"), RowLabelPage)


@pytest.mark.parametrize(
    ("kind", "given", "kept", "refused"),
    [("classes", "on time", "on time", "early"), ("numbers", " 12.50 ", "12.5", "many")],
)
def test_classes_and_numbers_are_kept_as_the_data_spells_them(
    make: Make, kind: str, given: str, kept: str, refused: str
) -> None:
    workspace = asked_project(make, kind)
    page = row_label_page(workspace, "Ada")
    assert (bool(page.classes), page.is_number) == (kind == "classes", kind == "numbers")
    with pytest.raises(SettingsError):
        say(workspace, refused)
    say(workspace, given)
    assert labels(workspace) == [("new0", kept)]


def test_what_is_asked_is_what_the_release_learnt_to_say(make: Make) -> None:
    """A problem that was stated anew since would turn every answer round."""
    workspace = asked_project(make)
    before = row_label_page(workspace, "Ada").positive
    stated = workspace.record.latest_of(Problem)
    assert stated is not None
    workspace.record.append("problem", replace(stated, positive="something else"), by="Ada")
    assert row_label_page(workspace, "Ada").positive == before
