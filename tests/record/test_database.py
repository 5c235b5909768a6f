"""Opening: made once by many, survived when killed, refused when it cannot be."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.examples import example_verdicts
from tests.record.labels.test_assignments import items, work

from leadline.errors import RecordError
from leadline.record import Record, Vote, database
from leadline.record.tables import metadata

ROOT = Path(__file__).parents[2]

OPEN_AND_WORK = """
import json, sys
from leadline.record import Record, JobState
from tests.examples import example_problem
url, me = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
mine = []
with Record.open(url, "flights") as record:
    for _ in range(5):
        record.append("problem", example_problem(), by=me)
        record.jobs.put("data", by=me)
    while job := record.jobs.claim(me):
        mine.append(job.number)
        record.jobs.finish(job.number, worker=me, state=JobState.DONE)
print(json.dumps(mine))
"""

APPEND_AND_HANG = """
import sys, time
from sqlalchemy import event
from leadline.record import Artifact, Record
from tests.examples import example_problem
url, table = sys.argv[1:]
record = Record.open(url, "flights")
problem = example_problem()
record.append("problem", problem, by="Ada")

@event.listens_for(record._database.engine, "after_cursor_execute")
def hang(connection, cursor, statement, *rest):
    if statement.startswith(f"INSERT INTO {table}"):
        print("written, not committed", flush=True)
        time.sleep(600)

record.append("problem", problem, by="Bob", artifacts=[Artifact("0" * 64, "model", 1)])
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Run a script in a process of its own that can import what tests can."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_four_processes_open_a_new_database_at_once(database_url: str) -> None:
    people = ["Ada", "Bob", "Cleo", "Dan"]
    processes = [start(OPEN_AND_WORK, database_url, person) for person in people]
    try:
        claimed = let_go(processes)
    finally:
        for process in processes:
            process.kill()
    assert sorted(claimed) == list(range(1, 21))
    with Record.open(database_url, "flights") as record:
        entries = record.entries()
        assert [entry.number for entry in entries] == list(range(1, 21))
        assert sorted(entry.by for entry in entries) == sorted(people * 5)


def let_go(processes: list[subprocess.Popen[str]]) -> list[int]:
    """Start all at the same moment; return the jobs they claimed."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed: list[int] = []
    for process in processes:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        claimed += json.loads(said)
    return claimed


@pytest.mark.parametrize("table", ["entry", "artifact"])
def test_a_process_killed_while_appending_leaves_whole_entries_only(
    database_url: str, table: str
) -> None:
    with start(APPEND_AND_HANG, database_url, table) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written, not committed\n"
        process.send_signal(signal.SIGKILL)
    with Record.open(database_url, "flights") as record:
        assert [entry.by for entry in record.entries()] == ["Ada"]
        assert record.entry(1).verdict == example_verdicts()["problem"]
        assert record.append("problem", example_verdicts()["problem"], by="Cleo").number == 2
        assert record.artifacts_of(2) == ()


def test_the_migrations_make_the_tables(database_url: str) -> None:
    Record.open(database_url, "flights").close()
    engine = sqlalchemy.create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == database.HEAD
    engine.dispose()


def test_the_newest_migration_is_the_one_we_work_with() -> None:
    script = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))
    assert script.get_heads() == [database.HEAD]


def test_a_filled_record_of_the_version_before_keeps_all_and_learns_what_is_open(
    database_url: str,
) -> None:
    with Record.open(database_url, "flights") as record:
        record.append("problem", example_verdicts()["problem"], by="Ada")
        record.labels.items.replace(work(votes=2), items(2))
        for judge, value in (("Ada", "yes"), ("Bo", "no")):
            record.labels.votes.add(Vote("k1", judge, value, 2.0))
        before = record.entries(), record.labels.votes.plain()
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE adjudication"))
        # what 0002 knew of k1: no more votes are wanted
        connection.execute(sqlalchemy.text("UPDATE item SET state = 3 WHERE key = 'k1'"))
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '0002'"))
    engine.dispose()
    with Record.open(database_url, "flights") as record:
        assert (record.entries(), record.labels.votes.plain()) == before
        assert record.labels.items.worklist() is None
        record.labels.items.replace(work(votes=2), items(2))
        assert record.labels.adjudications.unresolved() == ("k1",)


def test_an_sqlite_record_lets_readers_and_a_writer_work_side_by_side(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'leadline.db'}"
    with Record.open(url, "flights") as record, Record.open(url, "flights") as reader:
        with record._database.engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("PRAGMA journal_mode")) == "wal"
            assert connection.scalar(sqlalchemy.text("PRAGMA foreign_keys")) == 1
        with record._database.writing():
            assert reader.entries() == ()


def test_a_record_of_a_later_version_is_refused(database_url: str) -> None:
    Record.open(database_url, "flights").close()
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(RecordError, match=r"migration '9999'\. .* up to '0003'\. Upgrade Leadline"):
        Record.open(database_url, "flights")


@pytest.mark.parametrize("url", ["leadline.db", "oracle9://x", "mysql+nothing://x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(RecordError, match="Correct LEADLINE_STORE"):
        Record.open(url, "flights")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_record_may_be_kept_in_memory(url: str) -> None:
    with Record.open(url, "flights") as record:
        record.append("problem", example_verdicts()["problem"], by="Ada")
        assert [entry.by for entry in record.entries()] == ["Ada"]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"nowhere/leadline\.db cannot be used"):
        Record.open(f"sqlite:///{tmp_path}/nowhere/leadline.db", "flights")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "leadline.db"
    file.write_text("name,amount\n" * 200)
    with pytest.raises(RecordError, match="cannot be used: file is not a database"):
        Record.open(f"sqlite:///{file}", "flights")
    assert file.read_text() == "name,amount\n" * 200


def test_opening_waits_for_whoever_is_making_the_database(tmp_path: Path) -> None:
    file = tmp_path / "leadline.db"
    other = sqlite3.connect(file, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.2, other.close)
    release.start()
    with Record.open(f"sqlite:///{file}", "flights") as record:
        assert record.marks() == ()
    release.join()


def test_a_mistake_in_our_own_sql_stays_one(tmp_path: Path) -> None:
    with Record.open(f"sqlite:///{tmp_path / 'leadline.db'}", "flights") as record:
        twice = {"project_id": record._database.project_id, "number": 1}
        with pytest.raises(sqlalchemy.exc.IntegrityError), record._database.writing() as connection:
            connection.execute(sqlalchemy.insert(metadata.tables["job"]).values(twice))


def test_a_database_that_stays_locked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_S", 0.1)
    file = tmp_path / "leadline.db"
    with Record.open(f"sqlite:///{file}", "flights") as record:
        other = sqlite3.connect(file)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordError, match="database is locked"):
            record.jobs.put("data", by="Ada")
        other.close()
        assert record.jobs.put("data", by="Ada").number == 1


def test_a_refusal_hides_the_password() -> None:
    url = "postgresql+psycopg://ada:opensesame@127.0.0.1:1/leadline"
    with pytest.raises(RecordError, match=r"ada:\*\*\*@127") as refusal:
        Record.open(url, "flights")
    assert "opensesame" not in str(refusal.value)
