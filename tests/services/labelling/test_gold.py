"""Gold: rows whose label is known, read from a file and hidden among the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from tests.services.flights import N_UNLABELLED, append, flights

from leadline.errors import LeadlineError
from leadline.labelling.gold import read_gold
from leadline.phases.data import Data
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.record import Assignment
from leadline.services import commands
from leadline.services.commands import LabelAnswer
from leadline.services.labelling.worklist import work_of
from leadline.settings.label_sections import LabelSettings
from leadline.snapshot import to_parquet
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def golden(make: Make, frame: pl.DataFrame) -> Workspace:
    workspace = make(("problem", "data"))
    snapshot = workspace.artifacts.put(to_parquet(flights(80, seed=2)), "snapshot")
    append(workspace, "data", replace(data_of(workspace), snapshot=snapshot))
    frame.write_csv(workspace.folder / "gold.csv")
    labels = LabelSettings(gold="gold.csv", gold_share=0.3)
    return replace(workspace, settings=replace(workspace.settings, labels=labels))


def known(n_rows: int) -> pl.DataFrame:
    truth = pl.Series("late", ["yes", "no"] * (n_rows // 2))
    return flights(N_UNLABELLED, seed=3).head(n_rows).with_columns(truth)


def data_of(workspace: Workspace) -> Data:
    entry = workspace.record.latest("data")
    assert entry is not None
    assert isinstance(entry.verdict, Data)
    return entry.verdict


def test_gold_is_asked_about_among_the_others_and_never_as_a_plain_item(make: Make) -> None:
    workspace = golden(make, known(20))
    gold = read_gold(workspace, data_of(workspace), "late")
    assert gold.labels is not None
    assert len(gold.items) == len(gold.labels) == 20
    assert set(gold.labels.values()) == {"yes", "no"}
    assert work_of(workspace).n_items == N_UNLABELLED, "rows of the data, each once"
    found = commands.next_item(workspace, "Ada")
    for _ in range(40):
        assert isinstance(found, Assignment)
        found = commands.vote(workspace, found.id, LabelAnswer(value="yes"), "Ada")
    hidden = workspace.record.labels.votes.gold()
    assert len(hidden) > 3
    assert {vote.item for vote in hidden} <= gold.keys
    assert not {vote.item for vote in workspace.record.labels.votes.plain()} & gold.keys


def test_gold_is_read_as_the_data_were(make: Make) -> None:
    workspace = golden(make, known(4).with_columns(dep_delay=pl.lit("1.500")))
    delay = ColumnReading(name="dep_delay", type=CellType.NUMBER, decimal=",", thousands=".")
    data = replace(data_of(workspace), reading=ReadingSchema((delay,)))
    items = read_gold(workspace, data, "late").items
    assert {dict(item.values)["dep_delay"] for item in items} == {"1500"}


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (known(4).drop("late"), "has no column 'late'"),
        (known(4).drop("carrier"), "has no column 'carrier'"),
        (known(4).with_columns(late=pl.lit("perhaps")), "One of no, yes is needed"),
    ],
)
def test_gold_that_does_not_fit_is_refused(make: Make, frame: pl.DataFrame, told: str) -> None:
    with pytest.raises(LeadlineError, match=told):
        work_of(golden(make, frame))


def test_a_file_that_is_not_there_is_named(make: Make) -> None:
    workspace = golden(make, known(4))
    (workspace.folder / "gold.csv").unlink()
    with pytest.raises(LeadlineError, match=r"'gold\.csv' cannot be read"):
        work_of(workspace)


def test_new_gold_makes_the_list_anew_and_keeps_the_votes(make: Make) -> None:
    workspace = golden(make, known(4))
    found = commands.next_item(workspace, "Ada")
    assert isinstance(found, Assignment)
    commands.vote(workspace, found.id, LabelAnswer(value="yes"), "Ada")
    before = work_of(workspace)
    known(20).write_csv(workspace.folder / "gold.csv")
    after = work_of(workspace)
    assert after.basis != before.basis
    assert (after.spent, after.held) == (before.spent, before.held)
    assert after.spent == before.price
