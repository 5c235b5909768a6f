"""What a server logged becomes blocks of the record, once, with the labels known by now."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.projects import N_BEFORE_STREAM, N_STREAM, PROBLEM, customers, project, run

from leadline.errors import NotReadyError
from leadline.monitoring.observations import Observed, observe_file
from leadline.monitoring.served_intake import observe_served
from leadline.monitoring.served_rows import log_place
from leadline.phases.data import Data
from leadline.phases.data.data_evidence import Evidence
from leadline.phases.release import Release
from leadline.record import Observation
from leadline.serving.compiled.answers import Answers
from leadline.serving.logs.dated_lines import DatedLines, dated_files
from leadline.serving.logs.outcome_store import Outcome, OutcomeStore
from leadline.serving.logs.prediction_lines import Served, to_lines
from leadline.serving.releases.bundle import ReleaseBundle, open_bundle
from leadline.serving.releases.keys import public_keys
from leadline.workspace import Workspace

AT = datetime(2026, 11, 23, 9, 30)  # noqa: DTZ001 - UTC without a zone; a Monday
FIRST = datetime(2024, 11, 4)  # noqa: DTZ001 - files hold naive times; a Monday
WEEKS = ["2024-11-04", "2024-11-11"]


class Server:
    """Writes the log that a server would write, with its answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with Workspace.open(folder) as workspace:
            self.place = log_place(workspace)
            release = workspace.record.latest_of(Release)
            assert release is not None
            self.bundle: ReleaseBundle = open_bundle(
                workspace.releases_folder / release.bundle,
                trusted=public_keys(workspace.key_path),
            )
        self._lines = DatedLines(self.place.folder)

    def answer(
        self,
        rows: pl.DataFrame,
        *,
        name: str = "r",
        at: datetime = AT,
        days: Sequence[str | None] = (),
        release: str = "",
    ) -> pl.DataFrame:
        """Rows in one request; the answers."""
        columns = self.bundle.manifest.columns
        sent = rows.select(list(columns)).with_columns(
            pl.col("joined").dt.strftime("%Y-%m-%dT%H:%M")
        )
        answers = self.bundle.predict(sent)
        told = Answers(answers.to_dict(as_series=False))
        served = Served(name, at, sent.rows(), told, days)
        by = release or self.bundle.manifest.release_id
        self._lines.append(to_lines([served], by, columns), at.date())
        return answers

    def take(self, labels: Iterable[Any], *, name: str = "r", first: int = 0) -> None:
        """Outcomes of the rows of a request."""
        outcomes = [Outcome(name, first + i, label) for i, label in enumerate(labels)]
        OutcomeStore(self.place.outcomes).put(outcomes)

    def observe(self) -> Observed:
        return observe_served(str(self.folder))

    def observations(self) -> dict[str, Observation]:
        with Workspace.open(self.folder) as workspace:
            release_id = self.bundle.manifest.release_id
            return {seen.block: seen for seen in workspace.record.observations.of(release_id)}


@pytest.fixture
def server(released_folder: Path) -> Server:
    return Server(released_folder)


def two_weeks(n_rows: int = 60) -> pl.DataFrame:
    """As many customers in each of two weeks."""
    rows = customers(n_rows, 7, skipped=N_BEFORE_STREAM + N_STREAM)
    days = [FIRST + timedelta(days=14 * row / n_rows) for row in range(n_rows)]
    return rows.with_columns(joined=pl.Series(days).dt.truncate("1m"))


def n_wrong(answers: pl.DataFrame, rows: pl.DataFrame) -> int:
    return int((answers["flagged"] != (rows["left"] == "yes")).sum())


def test_outcomes_that_come_later_add_to_the_rows(server: Server) -> None:
    rows = two_weeks()
    answers = server.answer(rows)
    told = server.observe()
    assert list(told.blocks) == WEEKS
    assert told.notes[0] == "Served by this release: 60 rows, 0 with an outcome."
    seen = server.observations()
    assert [seen[week].n_rows for week in WEEKS] == [30, 30]
    assert [seen[week].payload["n_labelled"] for week in WEEKS] == [0, 0]
    assert [seen[week].block_at for week in WEEKS] == WEEKS

    server.take(rows["left"][:20])
    assert list(server.observe().blocks) == WEEKS[:1]
    first = server.observations()[WEEKS[0]]
    assert (first.n_rows, first.payload["n_labelled"]) == (30, 20)
    assert first.payload["n_wrong"] == n_wrong(answers[:20], rows[:20])

    server.take(rows["left"][20:], first=20)
    assert list(server.observe().blocks) == WEEKS
    seen = server.observations()
    assert [seen[week].payload["n_labelled"] for week in WEEKS] == [30, 30]
    wrong = [seen[week].payload["n_wrong"] for week in WEEKS]
    assert wrong == [n_wrong(answers[:30], rows[:30]), n_wrong(answers[30:], rows[30:])]
    shares = [seen[week].payload["alert_share"] for week in WEEKS]
    assert shares == [answers["flagged"][:30].mean(), answers["flagged"][30:].mean()]


def test_nothing_new_is_not_observed_again(server: Server) -> None:
    rows = two_weeks()
    server.answer(rows)
    server.take(rows["left"])
    server.observe()
    told = server.observe()
    assert told.blocks == ()
    assert told.notes[-1] == "Nothing has come in since the last time."
    server.take(["no" if rows["left"][0] == "yes" else "yes"])
    assert list(server.observe().blocks) == WEEKS[:1], "a label was changed"


def test_a_row_that_came_twice_stands_once(server: Server) -> None:
    rows = two_weeks()
    server.answer(rows)
    server.answer(rows, at=AT + timedelta(seconds=1))
    told = server.observe()
    assert "60 rows left out, as the id of the request had come before" in told.notes[1]
    assert [seen.n_rows for seen in server.observations().values()] == [30, 30]


def test_what_is_no_row_or_label_of_the_release_is_told(server: Server) -> None:
    rows = two_weeks()
    server.answer(rows)
    server.answer(rows[:7], name="before", release="0123456789ab")
    server.take(["yes", "perhaps"])
    server.take(["no"] * 7, name="before")
    server.take(["no"], name="nobody")
    (path,) = dated_files(server.place.folder)
    with path.open("ab") as file:
        file.write(b'{"lost":3,"at":"2026-11-23"}\n{"request":"cut')
    notes = server.observe().notes
    assert notes[:6] == (
        "Served by this release: 60 rows, 1 with an outcome.",
        "7 rows answered by other releases left out.",
        "3 answered rows could not be logged.",
        "1 line of the log not whole, and left out.",
        "1 outcome with a label that is no class left out.",
        "1 outcome of rows that the log does not hold.",
    )
    assert sum(seen.payload["n_labelled"] for seen in server.observations().values()) == 1


def test_a_row_without_a_date_has_that_of_its_request(server: Server) -> None:
    rows = two_weeks(10).with_columns(joined=pl.lit(None, dtype=pl.Datetime("us")))
    server.answer(rows)
    told = server.observe()
    assert list(told.blocks) == ["2026-11-23"]
    assert "10 rows without 'joined': the time of the request stands in." in told.notes


def test_a_day_that_is_no_feature_comes_beside_them(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evidence, "day_column", property(lambda _: "booked"))
    days = ["2024-11-05T00:00:00.000000", "2024-11-12T10:30:00.000000", None]
    server.answer(two_weeks(3), days=days)
    told = server.observe()
    assert list(told.blocks) == [*WEEKS, "2026-11-23"]
    assert "1 row without 'booked': the time of the request stands in." in told.notes


def test_where_rows_are_not_dated_blocks_are_those_of_the_answers(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evidence, "day_column", property(lambda _: ""))
    rows = two_weeks()
    answers = server.answer(rows[:40])
    server.answer(rows[40:], name="s", at=AT + timedelta(days=7))
    server.take(rows["left"][:40])
    server.observe()
    seen = server.observations()
    first, second = seen["served-2026-11-23.parquet"], seen["served-2026-11-30.parquet"]
    assert (first.n_rows, second.n_rows) == (40, 20)
    assert first.payload["n_wrong"] == n_wrong(answers, rows[:40])
    assert first.block_at == ""
    server.take(rows["left"][40:], name="s")
    assert list(server.observe().blocks) == ["served-2026-11-30.parquet"]


def test_a_block_whose_days_are_no_longer_kept_stays_as_observed(server: Server) -> None:
    rows = two_weeks()
    answers = server.answer(rows[:20])
    server.answer(rows[20:], name="s", at=AT + timedelta(days=1))
    server.take(rows["left"][:20])
    server.observe()
    old = next(path for path, day in dated_files(server.place.folder).items() if day == AT.date())
    old.unlink()
    server.take(rows["left"][20:], name="s")
    told = server.observe()
    assert list(told.blocks) == WEEKS[1:]
    assert any(f"1 block ({WEEKS[0]}) left as observed" in note for note in told.notes)
    first = server.observations()[WEEKS[0]]
    assert (first.n_rows, first.payload["n_labelled"]) == (30, 20)
    assert first.payload["n_wrong"] == n_wrong(answers, rows[:20])


def test_a_line_that_was_taken_out_is_taken_out_of_its_block(server: Server) -> None:
    server.answer(two_weeks())
    server.observe()
    (path,) = dated_files(server.place.folder)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    assert list(server.observe().blocks) == WEEKS[:1]
    assert [seen.n_rows for seen in server.observations().values()] == [29, 30]


def test_rows_lie_about_no_longer_than_needed(server: Server) -> None:
    server.answer(two_weeks())
    left = server.place.folder / "taking-killed"
    left.mkdir()
    (left / "served.parquet").write_bytes(b"rows")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(left, (two_days_ago, two_days_ago))
    server.observe()
    assert not list(server.place.folder.glob("taking-*"))


def test_what_was_taken_in_can_be_forgotten(server: Server) -> None:
    server.answer(two_weeks())
    server.observe()
    taken = server.place.folder / "taken.json"
    assert "2026-11-23" in taken.read_text()
    taken.write_text("{spoilt")
    assert list(server.observe().blocks) == WEEKS
    assert [seen.n_rows for seen in server.observations().values()] == [30, 30]


def test_a_log_without_rows_is_said(server: Server) -> None:
    with pytest.raises(NotReadyError, match="leadline serve --log"):
        server.observe()
    server.answer(two_weeks(), release="0123456789ab")
    with pytest.raises(NotReadyError, match="The log holds no row that release"):
        server.observe()


def test_before_a_release_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    with project(tmp_path, customers(80), problem=PROBLEM) as workspace:
        run(workspace, "problem")
    with pytest.raises(NotReadyError, match="Nothing is released yet"):
        observe_served(str(tmp_path))


def test_rows_are_kept_as_long_as_the_settings_say(released_folder: Path) -> None:
    path = released_folder / "leadline.toml"
    path.write_text(path.read_text().replace("# keep_days = 90", "keep_days = 12"))
    with Workspace.open(released_folder) as workspace:
        place = log_place(workspace)
        data = workspace.record.latest_of(Data)
        assert data is not None
        assert (place.keep_days, place.day) == (12, data.day_column) == (12, "joined")
        assert place.folder == workspace.state_folder / "served"


def test_rows_that_came_in_files_stay_beside_those_that_were_served(server: Server) -> None:
    rows = two_weeks()
    file = server.folder / "part.csv"
    rows[:10].write_csv(file)
    observe_file(str(server.folder), str(file))
    server.answer(rows[10:])
    told = server.observe()
    assert [seen.n_rows for seen in server.observations().values()] == [30, 30]
    assert any("10 rows of these blocks came in files" in words for words in told.notes)
