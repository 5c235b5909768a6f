"""Deliveries of rows: what is kept of them, and that they add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.projects import customers, verdict_of, write_settings

from leadline.errors import DataError, OutdatedAnswerError
from leadline.monitoring import observations
from leadline.monitoring.block_rows import KEY_COLUMN, rows_of_block
from leadline.monitoring.observations import Observed, observe_file
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.record import Observation
from leadline.workspace import Workspace

WEEK = "2024-06-03"


def week(n: int = 28) -> pl.DataFrame:
    """Rows of the week of 3 June 2024, in which nothing was learnt."""
    return customers(40, 3, skipped=616)[:n]


def observe(folder: Path, rows: pl.DataFrame, name: str = "new.csv") -> Observed:
    rows.write_csv(folder / name)
    return observe_file(str(folder), str(folder / name))


def kept(folder: Path) -> dict[str, pl.DataFrame]:
    with Workspace.open(folder) as workspace:
        release = verdict_of(workspace, "release", Release)
        found = {}
        for seen in workspace.record.observations.of(release.release_id):
            rows = rows_of_block(workspace.artifacts, seen)
            assert rows is not None
            assert rows.height == seen.n_rows
            found[seen.block] = rows
    return found


def n_labels(rows: pl.DataFrame) -> int:
    return rows.height - rows["truth"].null_count()


def test_rows_are_kept_with_score_answer_truth_and_features(released_folder: Path) -> None:
    told = observe(released_folder, week())
    assert told.blocks == (WEEK,)
    assert told.notes == ()
    rows = kept(released_folder)[WEEK]
    assert rows["key"].n_unique() == 28
    assert rows["score"].is_between(0, 1).all()
    assert set(rows["said"].to_list()) <= {0, 1}
    assert sorted(rows["x.calls"].to_list()) == sorted(week()["calls"].to_list())
    by_calls = dict(zip(week()["calls"], week()["left"], strict=True))
    assert all(
        truth == (by_calls[calls] == "yes")
        for calls, truth in rows.select("x.calls", "truth").iter_rows()
    )


def test_the_same_file_twice_changes_nothing(released_folder: Path) -> None:
    observe(released_folder, week())
    before = kept(released_folder)[WEEK]
    told = observe(released_folder, week())
    assert kept(released_folder)[WEEK].equals(before)
    assert told.notes == (
        "new.csv: 28 of 28 rows were known already and count once; 0 new labels.",
    )


def test_equal_rows_of_one_file_are_as_many_rows(released_folder: Path) -> None:
    twins = pl.concat([week(10), week(3)])
    observe(released_folder, twins)
    assert kept(released_folder)[WEEK].height == 13
    observe(released_folder, twins.sample(fraction=1, shuffle=True, seed=0))
    assert kept(released_folder)[WEEK].height == 13


def test_parts_overlap_and_come_in_any_order(released_folder: Path) -> None:
    observe(released_folder, week()[12:].drop("left"), "b.csv")
    observe(released_folder, week()[:16], "a.csv")
    rows = kept(released_folder)[WEEK]
    assert rows.height == 28
    assert n_labels(rows) == 16
    observe(released_folder, week(), "c.csv")
    assert n_labels(kept(released_folder)[WEEK]) == 28


def test_a_label_that_is_gone_again_stays_and_a_corrected_one_counts(released_folder: Path) -> None:
    observe(released_folder, week())
    observe(released_folder, week().drop("left"))
    assert n_labels(kept(released_folder)[WEEK]) == 28
    turned = week().with_columns(left=pl.lit("yes"))
    n_turned = (week()["left"] == "no").sum()
    told = observe(released_folder, turned)
    assert kept(released_folder)[WEEK]["truth"].to_list() == [1] * 28
    known = "new.csv: 28 of 28 rows were known already and count once"
    assert told.notes == (f"{known}; 0 new labels, {n_turned} changed.",)


def test_labels_only_come_by_the_keys_that_a_user_has(released_folder: Path) -> None:
    write_settings(
        released_folder,
        watch={"block": "week", "key": "id"},
        data={"stream": ["stream.csv"], "test_share": 0.3},
    )
    rows = week().with_columns(id=pl.int_range(28) + 1000)
    observe(released_folder, rows.drop("left"))
    told = observe(released_folder, rows.select("id", "left")[:20], "labels.csv")
    assert told.notes == ("labels.csv: 20 new labels.",)
    assert n_labels(kept(released_folder)[WEEK]) == 20
    # the same row under its name, though its features were mended since
    observe(released_folder, rows.with_columns(pl.col("calls") + 1), "mended.csv")
    again = kept(released_folder)[WEEK]
    assert again.height == n_labels(again) == 28
    assert sorted(again["x.calls"].to_list()) == sorted(rows["calls"].to_list())
    some = pl.concat([rows.select("id", "left")[:2], pl.DataFrame({"id": [7], "left": ["no"]})])
    told = observe(released_folder, some, "more.csv")
    assert told.notes == (
        "more.csv: 0 new labels. 1 belongs to no row that was scored, and was left out.",
    )
    with pytest.raises(DataError, match="but of no row that release"):
        observe(released_folder, pl.DataFrame({"id": [7], "left": ["no"]}), "none.csv")
    nameless = rows.with_columns(id=pl.when(pl.col("id") > 1003).then("id"))
    with pytest.raises(DataError, match=r"new.csv line 2: 'id' is empty, in 4 rows of new.csv"):
        observe(released_folder, nameless)


def test_labels_that_differ_and_columns_that_lack_are_told(released_folder: Path) -> None:
    write_settings(
        released_folder,
        watch={"block": "week", "key": "id"},
        data={"stream": ["stream.csv"], "test_share": 0.3},
    )
    rows = week().with_columns(id=pl.int_range(28) + 1000)
    observe(released_folder, rows.drop("left"))
    both = pl.DataFrame({"id": [1003, 1003, 1004], "left": ["yes", "no", "yes"]})
    assert observe(released_folder, both, "both.csv").notes == (
        "both.csv: 2 new labels.",
        "both.csv: 1 key has labels that differ; the last counts.",
    )
    later = rows.with_columns(pl.col("id") + 100).drop("calls")
    with pytest.raises(DataError, match=r"later.csv lacks 'calls', so its rows cannot be scored"):
        observe(released_folder, later, "later.csv")
    with pytest.raises(DataError, match=r"lacks 'calls', .* and it holds no label"):
        observe(released_folder, later.drop("left"), "later.csv")


def test_a_key_that_begins_anew_each_week_is_refused(released_folder: Path) -> None:
    """Else labels of one week would become those of another."""
    write_settings(
        released_folder,
        watch={"block": "week", "key": "id"},
        data={"stream": ["stream.csv"], "test_share": 0.3},
    )
    observe(released_folder, week().with_columns(id=pl.int_range(28) + 1))
    before = kept(released_folder)
    later = customers(28, 5, skipped=644).with_columns(id=pl.int_range(28) + 1)
    with pytest.raises(DataError, match=r"28 of 28 rows of later.csv .* in another week"):
        observe(released_folder, later, "later.csv")
    assert kept(released_folder).keys() == before.keys()
    assert kept(released_folder)[WEEK].equals(before[WEEK])


def test_rows_with_keys_that_leadline_knows_and_rows_with_new_ones_may_come_together(
    released_folder: Path,
) -> None:
    """As a log of requests has them: every row with an id, some with what came of it."""
    first = week(20).with_columns(pl.format("q{}", pl.int_range(20)).alias(KEY_COLUMN))
    observe(released_folder, first.drop("left"), "log.csv")
    assert kept(released_folder)[WEEK]["key"].sort().to_list() == first[KEY_COLUMN].sort().to_list()
    told = observe(released_folder, first.drop("left"), "log.csv")
    assert told.notes == ("log.csv has rows that are known, and no label of theirs.",)
    more = week().with_columns(pl.format("q{}", pl.int_range(28)).alias(KEY_COLUMN))
    observe(released_folder, more, "log.csv")
    rows = kept(released_folder)[WEEK]
    assert (rows.height, n_labels(rows)) == (28, 28)


def test_a_key_that_comes_twice_is_one_row(released_folder: Path) -> None:
    write_settings(released_folder, watch={"block": "week", "key": "id"})
    rows = week(10).with_columns(id=pl.int_range(10) // 2)
    told = observe(released_folder, rows)
    assert kept(released_folder)[WEEK].height == 5
    assert any("5 rows have a key that a later row has too" in words for words in told.notes)


def test_a_file_without_the_named_key_is_told(released_folder: Path) -> None:
    write_settings(released_folder, watch={"block": "week", "key": "id"})
    told = observe(released_folder, week())
    assert "new.csv has no column 'id' ([watch] key): its rows are known by their values." in (
        told.notes
    )


def test_rows_without_a_time_are_refused_by_line_and_nothing_is_kept(
    released_folder: Path,
) -> None:
    rows = week().with_columns(joined=pl.when(pl.int_range(28) % 7 != 5).then("joined"))
    with pytest.raises(
        DataError, match=r"4 rows have no 'joined', first new.csv line 7."
    ) as caught:
        observe(released_folder, rows)
    assert "Nothing of the file was kept" in str(caught.value)
    assert "Fill in the times" in caught.value.next
    assert kept(released_folder) == {}


def test_rows_that_are_dated_ahead_of_today_are_told(released_folder: Path) -> None:
    later = datetime.now(UTC).date() + timedelta(days=300)
    far = pl.when(pl.int_range(28) < 3).then(pl.lit(later)).otherwise("joined")
    told = observe(released_folder, week().with_columns(joined=far))
    assert any(f"3 rows are dated ahead of today ('joined', the last {later})" in words
               for words in told.notes)  # fmt: skip
    assert not any("ahead of today" in words for words in observe(released_folder, week()).notes)


def test_a_date_that_stands_for_none_is_refused_and_nothing_is_kept(released_folder: Path) -> None:
    far = pl.when(pl.int_range(28) < 3).then(pl.date(9999, 12, 31)).otherwise("joined")
    with pytest.raises(DataError, match=r"3 rows have no 'joined' but a stand-in \(9999-12-31\)"):
        observe(released_folder, week().with_columns(joined=far))
    assert kept(released_folder) == {}


def test_a_label_that_is_no_class_is_refused_and_nothing_is_kept(released_folder: Path) -> None:
    rows = week().with_columns(
        left=pl.when(pl.int_range(28) == 3).then(pl.lit("gone")).otherwise("left")
    )
    with pytest.raises(DataError, match="'left' is \"gone\""):
        observe(released_folder, rows)
    assert kept(released_folder) == {}


def test_a_file_of_keys_without_labels_is_refused(released_folder: Path) -> None:
    observe(released_folder, week())
    keys = kept(released_folder)[WEEK].select(pl.col("key").alias(KEY_COLUMN))
    with pytest.raises(DataError, match=r"keys\.csv holds no label: 'left' is not there"):
        observe(released_folder, keys, "keys.csv")


def test_two_who_add_to_a_block_at_once_lose_nothing(
    released_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another delivery is committed while the first is being scored."""
    first = observations._put
    came: list[bool] = []

    def late(*given: object) -> None:
        if not came:
            came.append(True)
            observe(released_folder, week()[14:], "other.csv")
        first(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(observations, "_put", late)
    observe(released_folder, week()[:14], "mine.csv")
    assert kept(released_folder)[WEEK].height == 28


def test_who_is_always_too_late_is_told(
    released_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise OutdatedAnswerError("Block b was observed by somebody else meanwhile.")

    monkeypatch.setattr(observations, "_put", never)
    with pytest.raises(OutdatedAnswerError):
        observe(released_folder, week())


def test_a_block_of_before_that_has_counts_only_is_seen_anew(released_folder: Path) -> None:
    counts = {"alert_share": 0.1, "mean_score": 0.2, "n_labelled": 0, "n_wrong": 0, "shifts": []}
    with Workspace.open(released_folder) as workspace:
        release = verdict_of(workspace, "release", Release)
        workspace.record.observations.add(Observation(release.release_id, WEEK, WEEK, 99, counts))
    observe(released_folder, week())
    assert kept(released_folder)[WEEK].height == 28


def test_a_problem_that_was_stated_anew_turns_no_label_round(released_folder: Path) -> None:
    """The release in service says what it learnt, whatever counts as a hit by now."""
    with Workspace.open(released_folder) as workspace:
        stated = verdict_of(workspace, "problem", Problem)
        workspace.record.append("problem", replace(stated, positive="no"), by="Ada")
    observe(released_folder, week())
    by_calls = dict(zip(week()["calls"], week()["left"], strict=True))
    rows = kept(released_folder)[WEEK]
    for calls, truth in rows.select("x.calls", "truth").iter_rows():
        assert truth == (by_calls[calls] == "yes")


def test_labels_that_come_alone_name_the_blocks_they_belong_to(released_folder: Path) -> None:
    write_settings(
        released_folder,
        watch={"block": "week", "key": "id"},
        data={"stream": ["stream.csv"], "test_share": 0.3},
    )
    rows = customers(56, 3, skipped=616).with_columns(id=pl.int_range(56) + 1000)
    assert observe(released_folder, rows.drop("left")).blocks == (WEEK, "2024-06-10")
    told = observe(released_folder, rows.select("id", "left")[:5], "labels.csv")
    assert told.blocks == (WEEK,)
