from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.projects import BY, PROBLEM, customers, project, run, run_to, verdict_of, whats

from leadline.datasets.frames import Target, load_pool
from leadline.errors import DataError
from leadline.phases.data import Data, SplitKind
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.phases.verdict import Answer, Severity
from leadline.record import Vote
from leadline.snapshot import content_hashes
from leadline.workspace import SETTINGS_FILE, Workspace

Make = Callable[..., Workspace]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make a workspace of these rows; it is closed at the end."""
    opened: list[Workspace] = []

    def make_one(pool: pl.DataFrame, **settings: Any) -> Workspace:
        opened.append(project(tmp_path / "project", pool, **settings))
        return opened[-1]

    yield make_one
    for workspace in opened:
        workspace.close()


def audit(workspace: Workspace) -> Data:
    verdict = run_to(workspace, "problem", "data")
    assert isinstance(verdict, Data)
    return verdict


def append(workspace: Workspace, rows: pl.DataFrame) -> Data:
    """Bring more rows, and audit again."""
    path = workspace.folder / "pool.csv"
    pl.concat([pl.read_csv(path, try_parse_dates=True), rows]).write_csv(path)
    verdict = run(workspace, "data").verdict
    assert isinstance(verdict, Data)
    return verdict


def sides(workspace: Workspace) -> dict[float, bool]:
    """Which rows are set aside, each told by its calls."""
    data = verdict_of(workspace, "data", Data)
    problem = verdict_of(workspace, "problem", Problem)
    pool = load_pool(workspace.artifacts, data, Target.of(problem))
    return dict(zip(pool.frame["calls"].to_list(), pool.is_test.tolist(), strict=True))


def undated(n_rows: int, seed: int = 0) -> pl.DataFrame:
    return customers(n_rows, seed).drop("joined")


def test_a_column_known_only_afterwards_is_found(make: Make) -> None:
    pool = undated(200).with_columns(refunded=pl.col("left").replace({"yes": "1", "no": "0"}))
    verdict = audit(make(pool))
    assert verdict.answer is Answer.GO
    assert verdict.leaks[0].column == "refunded"
    assert verdict.leaks[0].score == pytest.approx(1.0)
    assert any(what.startswith("'refunded' alone predicts the label") for what in whats(verdict))


def test_repeats_and_conflicts_are_counted(make: Make) -> None:
    rows = undated(200)
    turned = rows[:7].with_columns(left=pl.col("left").replace({"yes": "no", "no": "yes"}))
    verdict = audit(make(pl.concat([rows, rows[:10], turned])))
    assert verdict.n_duplicates == 17
    assert verdict.n_conflicts == 7
    assert verdict.n_crossing == 0, "equal rows are on one side of a random split"


def test_test_rows_that_repeat_train_rows_are_counted(make: Make) -> None:
    rows = customers(200)
    later = customers(50, 1, skipped=200)["joined"]
    verdict = audit(make(pl.concat([rows, rows[:50].with_columns(later)]), data={"time": "joined"}))
    assert verdict.split.kind is SplitKind.TIME
    assert verdict.split.n_test == 50
    assert verdict.n_duplicates == verdict.n_crossing == 50


def test_dated_rows_in_order_are_split_by_time_without_being_told(make: Make) -> None:
    verdict = audit(make(customers(200)))
    assert verdict.split.kind is SplitKind.TIME
    assert verdict.time_column == "joined"
    assert verdict.is_ordered
    assert verdict.split.test_from == "2024-02-10T00:00:00"
    assert verdict.split.n_test == 40


def test_what_only_grows_with_time_is_told_where_the_split_is_by_time(make: Make) -> None:
    """As a date, as seconds with pauses, and as a meter that counts down."""
    rows = customers(200).with_columns(
        stamp=1.7e9 + pl.int_range(200) * 7200.5 + pl.int_range(200) % 3,
        left_over=5_000 - pl.int_range(200) * 7 - pl.int_range(200) % 2,
    )
    found = audit(make(rows))
    assert {(each.column, each.is_date) for each in found.growths} == {
        ("joined", True),
        ("stamp", False),
        ("left_over", False),
    }
    (told,) = [each for each in found.findings if "'stamp', 'left_over' only grow" in each.what]
    assert told.severity is Severity.WARNING
    assert "grow or fall with time" in told.what
    assert "exclude = ['stamp', 'left_over']" in told.next
    assert [line.columns for line in found.audit_lines if "grows" in line.finding] == [
        ("stamp", "left_over"),
        ("joined",),
    ]


def test_a_number_that_rises_from_row_to_row_may_be_a_time(make: Make) -> None:
    rows = undated(200)
    rising = rows.with_columns(at=1.7e9 + pl.int_range(200) * 60.25, size=pl.int_range(200) // 50)
    found = audit(make(rising))
    (told,) = [each for each in found.findings if "from row to row" in each.what]
    assert told.severity is Severity.WARNING
    assert told.columns == ("at",)
    assert "time = 'at' under [data]" in told.next


def test_what_grows_is_no_matter_where_rows_are_mixed(make: Make) -> None:
    assert audit(make(customers(200).reverse())).growths == ()


def test_dated_rows_out_of_order_are_split_at_random(make: Make) -> None:
    verdict = audit(make(customers(200).reverse()))
    assert verdict.split.kind is SplitKind.RANDOM
    assert not verdict.is_ordered
    assert "Rows are dated ('joined') but split at random." in whats(verdict)


def test_a_split_by_time_stays_when_rows_are_appended(make: Make) -> None:
    workspace = make(customers(200))
    first = audit(workspace).split
    before = sides(workspace)
    second = append(workspace, customers(60, 1, skipped=200)).split
    after = sides(workspace)
    assert {row: after[row] for row in before} == before
    assert (second.test_from, second.test_to) == (first.test_from, first.test_to)
    assert (second.n_train, second.n_test) == (first.n_train + 60, first.n_test)
    # and where the rows end that are learnt from is known
    assert (first.train_to, second.train_to) == ("", "2024-03-05T18:00:00")


def test_a_split_at_random_stays_when_rows_are_appended(make: Make) -> None:
    workspace = make(undated(200))
    audit(workspace)
    before = sides(workspace)
    verdict = append(workspace, undated(100, 1))
    after = sides(workspace)
    assert {row: after[row] for row in before} == before
    assert verdict.split.n_test > sum(before.values())


def test_a_split_at_random_stays_when_a_feature_is_excluded(make: Make) -> None:
    workspace = make(undated(200))
    first = audit(workspace).split
    settings = workspace.folder / SETTINGS_FILE
    feature = first.identity[0]
    text = settings.read_text().replace("[data]\n", f"[data]\nexclude = [{feature!r}]\n", 1)
    settings.write_text(text)
    with Workspace.open(workspace.folder) as again:
        second = audit(again)
    assert feature not in second.features
    assert (second.split.mask, second.split.identity) == (first.mask, first.identity)


def test_groups_stay_together_also_when_rows_are_appended(make: Make) -> None:
    def grouped(n_rows: int, seed: int) -> pl.DataFrame:
        who = np.random.default_rng(seed).integers(0, 40, n_rows)
        return undated(n_rows, seed).with_columns(who=pl.Series(who).cast(pl.String) + "-x")

    workspace = make(grouped(200, 0), data={"group": "who"})
    assert audit(workspace).split.kind is SplitKind.GROUP

    def sides_of_groups() -> dict[str, set[bool]]:
        data = verdict_of(workspace, "data", Data)
        pool = load_pool(
            workspace.artifacts, data, Target.of(verdict_of(workspace, "problem", Problem))
        )
        found: dict[str, set[bool]] = {}
        for who, is_test in zip(pool.frame["who"].to_list(), pool.is_test.tolist(), strict=True):
            found.setdefault(who, set()).add(is_test)
        assert pool.groups is not None
        assert "who" not in pool.X.columns
        return found

    before = sides_of_groups()
    assert all(len(side) == 1 for side in before.values())
    append(workspace, grouped(100, 1))
    after = sides_of_groups()
    assert {who: after[who] for who in before} == before


def test_votes_fill_missing_labels(make: Make) -> None:
    rows = undated(200).with_columns(
        left=pl.when(pl.int_range(200) < 30).then(None).otherwise(pl.col("left"))
    )
    workspace = make(rows)
    first = audit(workspace)
    assert (first.n_rows, first.n_unlabelled, first.n_voted) == (170, 30, 0)
    assert first.unlabelled
    hashes = content_hashes(rows, list(first.features)).tolist()
    for key in hashes[:12]:
        workspace.record.labels.votes.add(Vote(f"{key:016x}", BY, "yes", 1.0))
    second = run(workspace, "data").verdict
    assert isinstance(second, Data)
    assert (second.n_rows, second.n_unlabelled, second.n_voted) == (182, 18, 12)
    assert second.source_digest != first.source_digest


def test_a_label_of_one_value_is_a_no(make: Make) -> None:
    only = undated(200).with_columns(pl.lit("yes").alias("left"))
    verdict = audit(make(only, problem={**PROBLEM, "task": "binary"}))
    assert verdict.answer is Answer.NO
    assert "The label has one value only." in whats(verdict)
    assert verdict.leaks == ()


def test_a_handful_of_rows_is_a_no(make: Make) -> None:
    verdict = audit(make(undated(30)))
    assert verdict.answer is Answer.NO
    assert "Only 30 labelled rows." in whats(verdict)


def test_a_hit_that_is_named_asks_yes_or_no_of_a_label_of_many_values(make: Make) -> None:
    """Its other classes may be as small as they like; before, the hit was silently not used."""
    others = pl.format("no {}", pl.int_range(200) % 90)
    rows = undated(200).with_columns(
        left=pl.when(pl.col("left") == "no").then(others).otherwise(pl.col("left"))
    )
    again = rows.with_columns(pl.col("left").str.replace("no .*", "still no"))
    workspace = make(pl.concat([rows, again]), problem={**PROBLEM, "positive": "yes"})
    verdict = audit(workspace)
    assert verdict.task is Task.BINARY
    assert verdict.answer is Answer.GO
    assert (verdict.n_duplicates, verdict.n_conflicts) == (200, 0), "another no is no other answer"


def test_a_class_of_a_handful_is_a_no(make: Make) -> None:
    rows = undated(200).with_columns(
        left=pl.when(pl.int_range(200) < 9).then(pl.lit("yes")).otherwise(pl.lit("no"))
    )
    verdict = audit(make(rows))
    assert verdict.answer is Answer.NO
    assert "Class 'yes' has 9 rows." in whats(verdict)


def test_what_the_settings_exclude_is_no_feature(make: Make) -> None:
    verdict = audit(make(undated(200), data={"exclude": ["spend"]}))
    assert set(verdict.features) == {"calls", "plan"}


@pytest.mark.parametrize("kind", ["time", "group"])
def test_a_column_that_is_not_there_is_refused(make: Make, kind: str) -> None:
    workspace = make(undated(200), data={kind: "who"})
    run(workspace, "problem")
    with pytest.raises(DataError, match="'who'") as caught:
        run(workspace, "data")
    assert caught.value.next


def test_a_positive_class_that_is_no_longer_there_is_refused(make: Make) -> None:
    workspace = make(undated(200))
    run(workspace, "problem")
    undated(200).with_columns(pl.lit("no").alias("left")).write_csv(workspace.folder / "pool.csv")
    with pytest.raises(DataError, match="'left' never is 'yes'; it is one of 'no'"):
        run(workspace, "data")


def test_a_split_by_time_stays_one_when_rows_come_out_of_order(make: Make) -> None:
    workspace = make(customers(200))
    first = audit(workspace).split
    second = append(workspace, customers(40, 1))
    assert not second.is_ordered
    assert second.split.kind is first.kind is SplitKind.TIME
    assert (second.split.test_from, second.split.test_to) == (first.test_from, first.test_to)


def test_few_different_rows_get_the_share_asked_for_and_keep_it(make: Make) -> None:
    """Four classes by age by sex, as of a ship: 14 different rows."""
    rng = np.random.default_rng(0)

    def passengers(n_rows: int) -> pl.DataFrame:
        berth = rng.choice(["1st", "2nd", "3rd", "crew"], n_rows, p=[0.15, 0.13, 0.32, 0.4])
        return pl.DataFrame(
            {
                "berth": berth,
                "sex": np.where(rng.random(n_rows) < 0.79, "m", "f"),
                "age": np.where(rng.random(n_rows) < 0.95, "adult", "child"),
                "left": np.where(rng.random(n_rows) < 0.4, "yes", "no"),
            }
        )

    workspace = make(passengers(2_000))
    first = audit(workspace)
    assert first.split.n_test / 2_000 == pytest.approx(0.2, abs=0.03)
    assert first.n_crossing == 0
    assert not any("asked for" in what for what in whats(first))
    mask = np.frombuffer(workspace.artifacts.get(first.split.mask), dtype=bool)
    second = append(workspace, passengers(500))
    assert second.split.draw == first.split.draw
    assert (
        np.frombuffer(workspace.artifacts.get(second.split.mask), dtype=bool)[:2_000].tolist()
        == mask.tolist()
    )


def visits(n_patients: int = 50, n_each: int = 8) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(n_patients), n_each)
    return pl.DataFrame(
        {
            "patient": [f"P{each:03d}" for each in patient],
            "bp": rng.normal(120, 10, patient.size).round(1),
            "left": np.where((rng.random(n_patients) < 0.5)[patient], "yes", "no"),
        }
    )


def test_patients_are_proposed_as_a_group_until_a_person_has_answered(make: Make) -> None:
    workspace = make(visits())
    verdict = audit(workspace)
    assert [each.column for each in verdict.groups] == ["patient"]
    assert any(what.startswith("'patient' has 50 values that come back") for what in whats(verdict))


@pytest.mark.parametrize("answer", [{"group": "patient"}, {"split": "random"}])
def test_a_group_that_was_answered_is_not_proposed(make: Make, answer: dict[str, str]) -> None:
    found = audit(make(visits(), data=answer))
    assert found.groups == ()
    is_told = any(
        words.startswith("All rows of one 'patient' have one label") for words in found.notes
    )
    assert is_told == ("group" in answer)


def test_sentinels_spellings_and_empty_rows_are_found(make: Make) -> None:
    rows = undated(300).with_columns(
        calls=pl.when(pl.int_range(300) < 20).then(-999.0).otherwise("calls"),
        plan=pl.when(pl.int_range(300) < 30)
        .then(pl.col("plan").str.to_uppercase())
        .otherwise("plan"),
    )
    verdict = audit(make(rows))
    assert [(each.column, each.value, each.n_rows) for each in verdict.sentinels] == [
        ("calls", "-999", 20)
    ]
    assert {each.column for each in verdict.spellings} == {"plan"}
    assert verdict.n_empty_rows == 0


def test_flags_that_together_make_the_label_are_found(make: Make) -> None:
    rng = np.random.default_rng(0)
    flags = {name: (rng.random(600) < 0.15).astype(int) for name in ("heat", "power", "wear")}
    left = np.where(np.column_stack(list(flags.values())).any(axis=1), "yes", "no")
    verdict = audit(
        make(
            undated(600)
            .drop("left")
            .with_columns(**{k: pl.Series(v) for k, v in flags.items()}, left=pl.Series(left))
        )
    )
    assert verdict.spread_leak is not None
    assert set(verdict.spread_leak.columns) == set(flags)


def test_columns_are_read_as_they_were_when_the_split_was_made(make: Make) -> None:
    rows = undated(200).with_columns(zip=pl.Series(["01000", "90210"] * 100))
    workspace = make(rows)
    audit(workspace)
    rows = rows.with_columns(zip=pl.Series(["10115", "90210"] * 100))
    rows.write_csv(workspace.folder / "pool.csv")
    verdict = run(workspace, "data").verdict
    assert isinstance(verdict, Data)
    assert verdict.features["zip"] == "category"
