"""The database: made once by many, survived when killed, migrated, refused when it cannot be."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.examples import example_verdicts
from tests.record.labels.test_assignments import items, work

from leadline.errors import RecordError
from leadline.evaluation.fit import FitResult
from leadline.phases.lifecycle import State
from leadline.record import CostOpinion, JobState, Record, Role, database
from leadline.record.codec import encode, to_json
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
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
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


SCHEMA = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master",
    "postgresql": """
        SELECT 'column', table_name || column_name, data_type, is_nullable || column_default
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT 'constraint', conname, conrelid::regclass::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION SELECT 'index', indexname, tablename, indexdef FROM pg_indexes
        WHERE schemaname = 'public'
        UNION SELECT 'trigger', tgname, tgrelid::regclass::text, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal
        UNION SELECT 'function', proname, '', pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
}


def schema(database_url: str) -> list[tuple[object, ...]]:
    """Everything that a record's database has before the first row."""
    engine = sqlalchemy.create_engine(database_url)
    with engine.connect() as connection:
        query = SCHEMA[engine.dialect.name]
        found = [tuple(row) for row in connection.execute(sqlalchemy.text(query))]
        revision = sqlalchemy.text("SELECT version_num FROM alembic_version")
        found += [tuple(row) for row in connection.execute(revision)]
    engine.dispose()
    return sorted(found, key=repr)


def empty(database_url: str) -> None:
    """Take everything out of a database."""
    if database_url.startswith("sqlite"):
        Path(database_url.removeprefix("sqlite:///")).unlink()
        return
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP SCHEMA public CASCADE"))
        connection.execute(sqlalchemy.text("CREATE SCHEMA public"))
    engine.dispose()


def test_a_new_record_is_what_alembic_makes(database_url: str) -> None:
    """Tests take a short cut past Alembic, which must leave nothing out."""
    make_older(database_url, database.HEAD)
    made = schema(database_url)
    assert {"index", database.HEAD} <= {str(row[0]) for row in made}
    for _ in range(2):
        empty(database_url)
        Record.open(database_url, "flights").close()
        assert schema(database_url) == made


def test_the_newest_migration_is_the_one_we_work_with() -> None:
    script = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))
    assert script.get_heads() == [database.HEAD]


# --------------------------------------------------------------------------- older records

AT = "2025-01-06 09:30:00.123456+00:00"


def make_older(database_url: str, revision: str, **rows: list[dict[str, Any]]) -> None:
    """Make a record as an earlier version left it: its tables, and rows in them."""
    config = Config()
    folder = Path(database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        found = sqlalchemy.MetaData()
        found.reflect(connection)
        for table, values in rows.items():
            own = {} if table == "project" else {"project_id": 1}
            for names, alike in groupby(values, key=_names):
                given = [own | {name: _as_time(name, row[name]) for name in names} for row in alike]
                connection.execute(found.tables[table].insert(), given)
    engine.dispose()


def _names(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row)


def _as_time(name: str, value: object) -> object:
    is_time = name in {"at", "until"} or name.endswith("_at")
    return datetime.fromisoformat(str(value)) if is_time and name != "block_at" else value


def entry_row(number: int, row: str) -> dict[str, Any]:
    verdict = example_verdicts()[row]
    return {
        "number": number,
        "row": row,
        "answer": verdict.answer.value,
        "version": verdict.VERSION,
        "body": to_json(encode(verdict)),
        "stands_on": "{}",
        "made_by": "Ada",
        "made_at": AT,
    }


def label_row(item: str, judge: str, value: str) -> dict[str, Any]:
    return {"item": item, "judge": judge, "value": value, "seconds": 2.0, "at": AT}


PROJECT: list[dict[str, Any]] = [{"id": 1, "name": "flights", "made_at": AT}]


def test_a_record_without_adjudication_learns_what_is_open(database_url: str) -> None:
    list_of_work = {"basis": "a", "body": "{}", "votes": 2, "most_votes": 0, "n_items": 1}
    money = {"price": 1, "money_limit": None, "spent": 2, "held": 0}
    make_older(
        database_url,
        "0002",
        project=PROJECT,
        entry=[entry_row(1, "problem")],
        label=[label_row("k1", "Ada", "yes"), label_row("k1", "Bo", "no")],
        worklist=[list_of_work | money],
        # what 0002 knew of k1: no more votes are wanted
        item=[{"number": 0, "key": "k1", "state": 3, "body": "[]"}],
    )
    with Record.open(database_url, "flights") as record:
        assert [entry.row for entry in record.entries()] == ["problem"]
        votes = record.labels.votes.plain()
        assert [(vote.annotator, vote.value) for vote in votes] == [("Ada", "yes"), ("Bo", "no")]
        assert record.labels.items.worklist() is None
        record.labels.items.replace(work(votes=2), items(2))
        assert record.labels.adjudications.unresolved() == ("k1",)


def old_trial(name: str, **changed: Any) -> str:
    """A trial as 0003 kept it."""
    kept = {"name": name, "family": "linear", "params": {}, "complexity": 1, "n_train": 80}
    return json.dumps(
        kept | {"scores": [0.75], "mean": 0.75, "stderr": 0.02, "fit_s": 0.5} | changed
    )


OLD_FIT: dict[str, Any] = {
    "name": "linear-1, 80 rows, repeat 4",
    "params": {"repeat": 4, "n_valid": 20, "spent_s": 1.5},
    "architecture": [{"layer": "dense", "n": 3}],
    "epochs": [{"epoch": 1, "train_loss": 0.3}],
}
OLD_OPINION = {"release_id": "tuning:2", "block_at": "", "n_rows": 0, "at": AT}


def make_0003(database_url: str) -> None:
    asked = {"item": "k2", "judge": "Bo", "kind": "plain", "state": "out", "until": AT, "price": 7}
    decided = {"item": "k1", "judge": "Dan", "value": "yes", "seconds": 3.0, "at": AT}
    seen = {
        "reason": "why",
        "body": '{"shown":[["text","row 1"]],"opinions":[["Ada","yes","",""]]}',
    }
    judged = {"tuning": 2, "row": 17, "judge": "Ada", "is_positive": True, "seconds": 1.0, "at": AT}
    make_older(
        database_url,
        "0003",
        project=PROJECT,
        entry=[entry_row(1, "problem"), entry_row(2, "tuning")],
        job=[
            {"number": 1, "row": "data", "state": "running", "put_by": "Ada", "worker": "w"}
            | {"put_at": AT, "beat_at": AT, "message": ""}
        ],
        label=[
            label_row("k1", "Ada", "yes"),
            label_row("k1", "Ada", "no"),
            label_row("k1", "Ada", "no") | {"withdraws": 2, "seconds": 0.0},
            label_row("k9", "Bo", "yes") | {"kind": "gold", "price": 5, "assignment": 3},
        ],
        assignment=[asked | {"id": 3, "state": "done", "item": "k9"}, asked | {"id": 4}],
        adjudication=[decided | seen],
        judgment=[judged, judged | {"judge": "Bo", "row": 4}],
        invitation=[
            {"person": "Ben", "role": "judge", "made_by": "Ada", "made_at": AT}
            | {"expires_at": "2099-01-01 00:00:00+00:00"}
        ],
        trial=[
            {"box": "abc", "body": old_trial("linear-1"), "at": AT},
            {"box": "fits k", "body": old_trial(**OLD_FIT), "at": AT},
            {"box": "fits k", "body": old_trial(**OLD_FIT, fit_s=0.25, stderr=None), "at": AT},
            {"box": "fits odd", "body": old_trial("no fit"), "at": AT},
        ],
        observation=[
            OLD_OPINION | {"block": "Ada", "body": '{"ratio":5,"why":"as before"}'},
            OLD_OPINION | {"block": "Bo", "body": '{"ratio":9.0,"why":""}'},
            OLD_OPINION | {"block": "Ada", "body": '{"ratio":7.5,"why":"dearer now"}'},
            OLD_OPINION
            | {"release_id": "tuning:99", "block": "Ada", "body": '{"ratio":1,"why":""}'},
            OLD_OPINION | {"release_id": "r1", "block": "Ada", "body": '{"ratio":1,"why":""}'},
        ],
    )


def test_a_record_of_the_version_before_keeps_all(database_url: str) -> None:
    make_0003(database_url)
    with Record.open(database_url, "flights") as record:
        assert [entry.row for entry in record.entries()] == ["problem", "tuning"]
        assert record.jobs.get(1).state is JobState.RUNNING
        (vote,) = record.labels.votes.plain()
        assert (vote.item, vote.annotator, vote.value) == ("k1", "Ada", "yes")
        assert vote.at == datetime.fromisoformat(AT)
        (gold,) = record.labels.votes.gold()
        assert (gold.annotator, gold.price, gold.assignment) == ("Bo", 5, 3)
        record.labels.items.replace(work(), items(4))
        listed = record.labels.items.worklist()
        assert listed is not None
        assert listed.held == 7
        (decided,) = record.labels.adjudications.newest()
        assert (decided.adjudicator, decided.value) == ("Dan", "yes")
        assert [one.annotator for one in decided.opinions] == ["Ada"]
        judged = record.reviews.judgments(2)
        assert [(one.reviewer, one.row) for one in judged] == [("Ada", 17), ("Bo", 4)]
        assert record.reviews.undo_judgment(2, "Bo") == 4
        (invited,) = record.invitations.all()
        assert (invited.person, invited.role) == ("Ben", Role.JUDGE)


def test_fits_and_opinions_of_the_version_before_move_to_their_tables(database_url: str) -> None:
    make_0003(database_url)
    with Record.open(database_url, "flights") as record:
        assert [trial.name for trial in record.trials.of("abc")] == ["linear-1"]
        assert record.trials.of("fits k") == ()
        assert [trial.name for trial in record.trials.of("fits odd")] == ["no fit"]
        told = tuple(OLD_FIT["architecture"]), tuple(OLD_FIT["epochs"])
        later = FitResult(0.75, 80, 0.25, 20, 0.0, 1.5, *told)
        assert record.fits.of("k", FitResult) == {(80, 4): later}
        assert record.reviews.opinions(2) == (
            CostOpinion(2, "Bo", 9.0, "", datetime.fromisoformat(AT)),
            CostOpinion(2, "Ada", 7.5, "dearer now", datetime.fromisoformat(AT)),
        )
        assert record.observations.of("tuning:2") == ()
        assert len(record.observations.of("tuning:99")) == 1, "of a tuning that is not there"
        assert len(record.observations.of("r1")) == 1


def test_an_entry_of_the_version_before_has_no_views(database_url: str) -> None:
    stood_on = {"stands_on": '{"problem":1}'}
    entries = [entry_row(1, "problem"), entry_row(2, "data") | stood_on]
    make_older(database_url, "0004", project=PROJECT, entry=entries)
    with Record.open(database_url, "flights") as record:
        assert [dict(mark.views) for mark in record.marks()] == [{}, {}]
        assert [mark.barrier for mark in record.marks()] == ["", ""]
        assert record.standing()["data"].state is State.CURRENT
        record.append("problem", example_verdicts()["problem"], by="Ada")
        assert record.standing()["data"].state is State.STALE, "nobody knows what it read"
        record.append("data", example_verdicts()["data"], by="Ada", on={"problem": 3})
        record.append("problem", example_verdicts()["problem"], by="Ada")
        assert record.standing()["data"].state is State.CURRENT


def test_many_old_fits_move_all(database_url: str) -> None:
    fits: list[dict[str, Any]] = []
    for repeat in range(1_050):
        told = OLD_FIT | {"params": {"repeat": repeat, "n_valid": 20, "spent_s": 1.5}}
        fits.append({"box": "fits k", "body": old_trial(**told), "at": AT})
    make_older(database_url, "0003", project=PROJECT, trial=fits)
    with Record.open(database_url, "flights") as record:
        assert [repeat for _, repeat in record.fits.of("k", FitResult)] == list(range(1_050))
        assert record.trials.of("fits k") == ()


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
    with pytest.raises(
        RecordError, match=rf"migration '9999'\. .* up to '{database.HEAD}'\. Upgrade"
    ):
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
