"""The record of a project, on both stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy
from tests.examples import MODEL, example_problem, example_verdicts

from leadline.errors import NotReadyError, OutdatedAnswerError, RecordError, UndeclaredReadError
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.lifecycle import ROWS, Mark, State, standing
from leadline.phases.problem import Problem
from leadline.phases.search import Search
from leadline.phases.verdict import Answer, Verdict
from leadline.record import Artifact, Entry, Record
from leadline.record.sql_types import utc


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def put(record: Record, *rows: str) -> list[Entry]:
    """Append the example verdicts of some rows, each standing on what is newest."""
    entries = []
    for row in rows:
        newest = {on: record.latest(on) for on in ROWS[row].stands_on}
        on = {name: entry.number for name, entry in newest.items() if entry}
        entries.append(record.append(row, example_verdicts()[row], by="Ada", on=on))
    return entries


def test_a_whole_project_comes_back_as_it_was(record: Record, database_url: str) -> None:
    put(record, *ROWS)
    with Record.open(database_url, "flights") as again:
        entries = again.entries()
        assert {entry.row: entry.verdict for entry in entries} == example_verdicts()
        assert [entry.number for entry in entries] == list(range(1, len(ROWS) + 1))
        assert again.standing() == standing(again.marks())
        assert {now.state for now in again.standing().values()} == {State.CURRENT}


def test_the_newest_verdict_is_asked_for_by_its_class(record: Record) -> None:
    assert record.latest_of(Problem) is None
    put(record, "problem")
    record.append("problem", replace(example_problem(), budget=7.0), by="Ada")
    newest = record.latest_of(Problem)
    assert newest is not None
    assert newest.budget == 7.0
    assert record.entry(1).verdict_as(Problem) == example_problem()
    with pytest.raises(TypeError, match="entry 1 is of 'problem': no Data"):
        record.entry(1).verdict_as(Data)


def test_an_entry_says_who_when_and_on_what(record: Record) -> None:
    before = datetime.now(UTC)
    put(record, "problem")
    made = record.append("data", example_verdicts()["data"], by="Grace", on={"problem": 1})
    kept = record.entry(made.number)
    assert kept == made
    assert (kept.row, kept.by, kept.on, kept.version) == ("data", "Grace", {"problem": 1}, 1)
    assert before <= kept.at <= datetime.now(UTC)
    assert kept.at.utcoffset() == timedelta(0)
    mark = record.marks()[-1]
    assert mark == Mark(2, "data", {"problem": 1}, Answer.GO, mark.views, badge="go")
    assert mark.views.keys() == {name for name, row in ROWS.items() if "data" in row.stands_on}


def test_entries_are_the_newest_last(record: Record) -> None:
    put(record, "problem", "data", "problem", "problem")
    assert [entry.number for entry in record.entries()] == [1, 2, 3, 4]
    assert [entry.number for entry in record.entries("problem")] == [1, 3, 4]
    assert [entry.number for entry in record.entries(limit=2)] == [3, 4]
    assert [entry.number for entry in record.entries("problem", limit=1)] == [4]
    assert record.entries("search") == ()
    assert record.latest("search") is None
    latest = record.latest("problem")
    assert latest is not None
    assert latest.number == 4


def test_no_such_entry(record: Record) -> None:
    with pytest.raises(RecordError, match="There is no entry 7 of project 'flights'"):
        record.entry(7)


def test_projects_do_not_see_each_other(record: Record, database_url: str) -> None:
    put(record, "problem")
    with Record.open(database_url, "hotels") as other:
        assert other.entries() == ()
        assert put(other, "problem")[0].number == 1
        with pytest.raises(RecordError, match="no entry 2"):
            other.entry(2)
    assert len(record.marks()) == 1


# --------------------------------------------------------------------------- appending


def test_the_second_of_two_people_on_one_page_is_told(record: Record, database_url: str) -> None:
    put(record, "problem", "data", "search", "tuning")
    seen = put(record, "review")[0].number
    review = example_verdicts()["review"]
    with Record.open(database_url, "flights") as other:
        other.append("review", review, by="Grace", replacing=seen)
    told = r"^You answered entry 5 of 'review', but entry 6 has since taken its place\. Reload "
    with pytest.raises(OutdatedAnswerError, match=told):
        record.append("review", review, by="Ada", replacing=seen)
    assert [entry.by for entry in record.entries("review")] == ["Ada", "Grace"]
    record.append("review", review, by="Ada", replacing=6)


def test_an_answer_to_an_empty_page(record: Record) -> None:
    problem = example_problem()
    record.append("problem", problem, by="Ada", replacing=None)
    with pytest.raises(OutdatedAnswerError, match="entry 1 has since taken its place"):
        record.append("problem", problem, by="Grace", replacing=None)
    with pytest.raises(RecordError, match="no entry 9 of 'data' to replace"):
        record.append("data", example_verdicts()["data"], by="Ada", replacing=9)


def test_many_people_on_one_page_at_once(database_url: str) -> None:
    together = threading.Barrier(6, timeout=30)

    def answer(person: str) -> str:
        with Record.open(database_url, "flights") as record:
            together.wait()
            try:
                record.append("problem", example_problem(), by=person, replacing=None)
            except OutdatedAnswerError:
                return ""
        return person

    with ThreadPoolExecutor(6) as people:
        outcomes = list(people.map(answer, "ABCDEF"))
    with Record.open(database_url, "flights") as record:
        assert [entry.by for entry in record.entries()] == [name for name in outcomes if name]
        assert len(record.entries()) == 1


def test_only_the_verdict_of_the_row_is_taken(record: Record) -> None:
    problem = example_problem()
    with pytest.raises(TypeError, match="'data' takes a Data, not a Problem"):
        record.append("data", problem, by="Ada")
    with pytest.raises(TypeError, match="not a Verdict"):
        record.append("problem", Verdict(answer=Answer.GO, summary=""), by="Ada")
    with pytest.raises(ValueError, match="no row of the life cycle"):
        record.append("weather", problem, by="Ada")
    with pytest.raises(ValueError, match="who put it there"):
        record.append("problem", problem, by=" ")
    with pytest.raises(ValueError, match=r"Problem\.budget is nan"):
        record.append("problem", replace(problem, budget=float("nan")), by="Ada")
    assert record.marks() == ()


def test_a_verdict_stands_on_what_is_there_and_declared(record: Record) -> None:
    put(record, "problem")
    data = example_verdicts()["data"]
    with pytest.raises(UndeclaredReadError, match="'data' read 'search'"):
        record.append("data", data, by="Ada", on={"search": 1})
    with pytest.raises(RecordError, match="no entry 2 of 'problem'"):
        record.append("data", data, by="Ada", on={"problem": 2})
    record.append("data", data, by="Ada", on={"problem": 1})
    with pytest.raises(RecordError, match="no entry 2 of 'problem'"):
        record.append("data", data, by="Ada", on={"problem": 2})


def test_artifacts_are_kept_with_their_entry(record: Record) -> None:
    put(record, "problem", "data", "search")
    model, scores = Artifact(MODEL, "model", 412_553), Artifact("0" * 64, "scores", 3_000_000_000)
    same = Artifact(MODEL, "snapshot", 412_553)
    tuning = example_verdicts()["tuning"]
    first = record.append("tuning", tuning, by="worker", artifacts=[same, scores, model])
    again = record.append("tuning", tuning, by="worker", artifacts=[model])
    assert record.artifacts_of(first.number) == (model, scores)
    assert record.artifacts_of(again.number) == (model,)
    assert record.artifacts_of(1) == ()


# --------------------------------------------------------------------------- reading


def test_a_reading_notes_what_it_shows(record: Record) -> None:
    put(record, "problem", "data", "search", "feasibility")
    reading = record.reading("curve")
    assert reading.seen == {}
    assert reading["search"] == example_verdicts()["search"]
    assert reading.number("data") == 2
    assert reading.seen == {"search": 3, "data": 2}


def test_a_reading_shows_one_moment(record: Record) -> None:
    put(record, "problem")
    reading = record.reading("data")
    reframed = replace(example_problem(), label="on_time")
    record.append("problem", reframed, by="Ada")
    assert reading["problem"] == example_problem()
    record.append("data", example_verdicts()["data"], by="worker", on=reading.seen)
    assert record.standing()["data"].state is State.STALE


def test_an_undeclared_read_is_refused(record: Record) -> None:
    put(record, "problem", "data", "search", "feasibility")
    reading = record.reading("curve")
    for read in (reading.__getitem__, reading.get, reading.number):
        with pytest.raises(UndeclaredReadError, match=r"'curve' read 'feasibility'.* stands on"):
            read("feasibility")
    assert reading.seen == {}
    with pytest.raises(ValueError, match="no row of the life cycle"):
        record.reading("weather")


def test_what_is_missing_or_stale_cannot_be_read(record: Record) -> None:
    reading = record.reading("forecast")
    needs = (
        r"^'forecast' needs a current verdict of 'curve', and the record has none\. "
        r"Run 'leadline run curve' first\.$"
    )
    with pytest.raises(NotReadyError, match=needs):
        reading["curve"]
    assert reading.get("curve") is None
    put(record, "problem", "data")
    reframed = replace(example_problem(), label="on_time")
    record.append("problem", reframed, by="Ada")
    reading = record.reading("forecast")
    with pytest.raises(NotReadyError, match="entry 2 is stale"):
        reading["data"]
    assert reading.get("data") is None
    assert reading.get("problem") == reframed
    assert reading.seen == {"problem": 3}


# --------------------------------------------------------------------------- what a change touches


def test_a_change_touches_what_reads_it(record: Record) -> None:
    put(record, *ROWS)
    assert stale(record) == set()
    ethics = replace(example_problem().ethics, answered_by="Grace")
    for words in ({"question": "Which flights?"}, {"owner": "Grace"}, {"assumed": ("budget",)}):
        record.append("problem", replace(example_problem(), **words), by="Ada")
        assert stale(record) == set()
    record.append("problem", replace(example_problem(), ethics=ethics), by="Ada")
    after_release = {"release", "capacity", "decision.ship", "decay", "monitor", "decision.watch"}
    assert stale(record) == after_release
    record.append("problem", replace(example_problem(), cost_miss=9.0), by="Ada")
    assert {"tuning", "review", "decision.define"} <= stale(record)
    assert stale(record).isdisjoint({"data", "feasibility", "search", "curve", "forecast"})
    put(record, "problem")
    assert stale(record) == set(), "as it was when all of them were reached"
    assert record.standing() == standing(record.marks())


def test_a_rerun_with_the_same_evidence_keeps_what_stood_on_it(record: Record) -> None:
    put(record, *ROWS)
    put(record, "data")
    assert stale(record) == set()
    first = example_verdicts()["search"]
    assert isinstance(first, Search)
    again = replace(first, spent_s=9.0, n_kept=3, summary="in 9 s")
    record.append("search", again, by="Ada", on=on_newest(record, "search"))
    assert stale(record) == set()
    assert record.reading("curve").number("search") == len(ROWS) + 2
    # the forecast adds up what machines have cost
    costly = replace(again, cost=99.0)
    record.append("search", costly, by="Ada", on=on_newest(record, "search"))
    assert stale(record) == {"forecast", "decision.train"}
    other = replace(costly, n_rows=costly.n_rows + 1)
    record.append("search", other, by="Ada", on=on_newest(record, "search"))
    assert {"curve", "tuning", "decision.find"} <= stale(record)


def test_a_curve_that_was_measured_again_with_the_same_result_keeps_the_decision(
    record: Record,
) -> None:
    put(record, *ROWS)
    curve = example_verdicts()["curve"]
    assert isinstance(curve, Curve)
    again = replace(curve, n_kept=curve.n_kept + 3, summary="kept more")
    record.append("curve", again, by="Ada", on=on_newest(record, "curve"))
    assert stale(record) == set()


def test_an_entry_from_before_is_compared_by_its_number(record: Record, database_url: str) -> None:
    put(record, "problem", "data")
    rewrite(database_url, views=None)
    assert stale(record) == set()
    put(record, "problem")
    assert stale(record) == {"data"}


def stale(record: Record) -> set[str]:
    return {row for row, now in record.standing().items() if now.state is State.STALE}


def on_newest(record: Record, row: str) -> dict[str, int]:
    return record.newest(ROWS[row].stands_on)


# --------------------------------------------------------------------------- stored earlier


def rewrite(database_url: str, **columns: object) -> None:
    """Change entry 1 behind the record's back."""
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        changes = ", ".join(f"{name} = :{name}" for name in columns)
        connection.execute(sqlalchemy.text(f"UPDATE entry SET {changes}"), columns)
    engine.dispose()


def test_an_entry_of_an_earlier_version_still_loads(record: Record, database_url: str) -> None:
    put(record, "problem")
    body = (
        '{"answer":"go","summary":"Short.","question":"Late?","unit":"flight","label":"late",'
        '"positive":"yes","task":"binary","scoring":"roc_auc","target_score":1,"cost_miss":1.0,'
        '"cost_false_alarm":1.0,"miss":"a miss","false_alarm":"an alarm","currency":"USD",'
        '"budget":0.0,"time_box_s":60.0,"owner":"","forgotten":[{"what":"a field"}]}'
    )
    rewrite(database_url, body=body, version=0)
    entry = record.entry(1)
    assert entry.version == 0
    assert entry.verdict == replace(
        example_problem(),
        summary="Short.",
        findings=(),
        class_words=(),
        question="Late?",
        target_score=1.0,
        cost_miss=1.0,
        cost_false_alarm=1.0,
        miss="a miss",
        false_alarm="an alarm",
        budget=0.0,
        owner="",
        ethics=type(example_problem().ethics)(),
        assumed=(),
    )


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"version": 2}, "Upgrade Leadline"),
        ({"row": "weather"}, "a row this Leadline does not know"),
        ({"body": "{}"}, "Problem has no 'question'"),
    ],
)
def test_an_entry_that_cannot_be_read_is_refused(
    record: Record, database_url: str, columns: dict[str, object], complaint: str
) -> None:
    put(record, "problem")
    rewrite(database_url, **columns)
    with pytest.raises(RecordError, match=complaint):
        record.entry(1)
    assert record.marks()[0].number == 1


def test_a_time_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        utc(datetime(2025, 1, 6))  # noqa: DTZ001 - the mistake that is meant


def test_a_folder_with_odd_letters(tmp_path: Path) -> None:
    folder = tmp_path / "100% späte Flüge"
    folder.mkdir()
    with Record.open(f"sqlite:///{folder / 'leadline.db'}", "späte Flüge") as record:
        assert put(record, "problem")[0].number == 1
