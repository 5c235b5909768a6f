"""A project of the version before: nothing is lost, pages answer, work goes on, the release serves.

`before/README.md` says what the project is and how it was made. The numbers here were read out of
its database by hand; they change only when the archive does.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

import leadline.record
from leadline.cli import main
from leadline.datasets.source_files import source_digest
from leadline.evaluation.fit import FitResult
from leadline.phases.lifecycle import ROWS, Stage
from leadline.serving.releases import environment
from leadline.settings import load_settings
from leadline.web import create_app
from leadline.workspace import SETTINGS_FILE, STATE_FOLDER, Workspace

ARCHIVE = Path(__file__).parent / "before" / "project.tar.xz"
DATABASE = Path(STATE_FOLDER) / "leadline.db"
MIGRATIONS = Path(leadline.record.__file__).parent / "migrations"
REVISION = "0003"
DIGEST = "31f22db0afc7849908aaec68c59dd03fd6b73287ac8dd12eff447369cf9097d3"
"""Of the files of data, as the version before computed it."""
TUNING, RELEASE = 20, 23
"""Numbers of the entries that judgments and observations belong to."""
BEGUN = ["problem", "data", "feasibility", "decision.define", "search", "decision.find"]
ENTRIES = [
    # begun without a look at the settings, then in earnest, then with other settings once more
    *BEGUN[:2],
    *BEGUN,
    *BEGUN,
    *("curve", "labelling", "forecast", "decision.train", "forecast", "tuning", "decision.apply"),
    *("review", "release", "capacity", "decision.ship", "decay", "monitor", "labelling"),
]
VOTES = {
    ("Ada", None): 1,
    ("Ada", "no"): 2,
    ("Ada", "yes"): 2,
    ("Ben", "no"): 2,
    ("Ben", "yes"): 1,
    ("Cleo", None): 3,
    ("Cleo", "no"): 12,
    ("Cleo", "yes"): 25,
    ("Dan", None): 3,
    ("Dan", "no"): 13,
    ("Dan", "yes"): 24,
    ("Sue", "yes"): 4,
}
"""How often each person said what, gold left out."""
PAGES = [
    "/",
    "/history",
    "/label",
    "/adjudicate",
    "/review",
    "/review/choose",
    "/review/consequences",
    "/review/summary",
    "/report.html",
    "/health",
    *(f"/stages/{stage}" for stage in Stage),
    *(f"/decide/{stage}" for stage in Stage),
    *(f"/rows/{row}" for row in ROWS),
    *(f"/entries/{number}" for number in range(1, len(ENTRIES) + 1)),
    *(f"/jobs/{number}" for number in range(1, 18)),
]

Go = Callable[..., Result]


# --------------------------------------------------------------------------- the project


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, as it would lie on this machine."""
    folder = tmp_path / "before"
    with tarfile.open(ARCHIVE) as tar:
        tar.extractall(folder, filter="data")
    state = folder / STATE_FOLDER
    # the public half of the key is all that is kept, and all that is needed to open a release
    shutil.copy(state / "release.key.pub", state / "release.key")
    (manifest,) = state.glob("releases/*/manifest.json")
    # a release asks for the Python that made it, and tests run on several
    python = json.loads(manifest.read_text())["versions"]["python"]
    here = environment.versions()
    monkeypatch.setattr(environment, "versions", lambda: here | {"python": python})
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Where the record is: in the project's file, or moved to PostgreSQL before it was migrated."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder / DATABASE}"
        return
    url: str = request.getfixturevalue("postgres_database_url")
    move_to(url, folder / DATABASE)
    (folder / DATABASE).unlink()
    monkeypatch.setenv("LEADLINE_STORE", url)
    yield url
    assert not (folder / DATABASE).exists()


def move_to(url: str, file: Path) -> None:
    """Copy every row of an old database into a new one of the same revision."""
    source, target = sqlalchemy.create_engine(f"sqlite:///{file}"), sqlalchemy.create_engine(url)
    old, new = sqlalchemy.MetaData(), sqlalchemy.MetaData()
    with source.connect() as reader, target.begin() as writer:
        assert revision_of(reader) == REVISION
        config = Config(attributes={"connection": writer})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, REVISION)
        old.reflect(reader)
        new.reflect(writer)
        for table in new.sorted_tables:
            if table.name == "alembic_version":
                continue
            found = old.tables[table.name]
            query = sqlalchemy.select(found).order_by(*found.primary_key.columns)
            rows = [in_utc(row) for row in reader.execute(query).mappings()]
            if rows:
                writer.execute(table.insert(), rows)
            if "id" in table.columns:
                name = sqlalchemy.literal(table.name)
                sequence = sqlalchemy.func.pg_get_serial_sequence(name, "id")
                newest = sqlalchemy.func.max(table.columns.id)
                writer.execute(sqlalchemy.select(sqlalchemy.func.setval(sequence, newest)))
    source.dispose()
    target.dispose()


def in_utc(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of SQLite, which keeps times in UTC and does not say so."""
    return {
        key: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
        for key, value in row.items()
    }


def revision_of(connection: sqlalchemy.Connection) -> str:
    query = sqlalchemy.text("SELECT version_num FROM alembic_version")
    return str(connection.scalar(query))


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    """What is in the database before it is migrated."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


@pytest.fixture
def go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Go:
    """Run a verb there; it must end well, or with a verdict of "no"."""
    monkeypatch.setenv("LEADLINE_USER", "Nora")

    def run(*arguments: object) -> Result:
        result = CliRunner().invoke(main, [*map(str, arguments), "-C", str(folder)])
        assert result.exit_code in {0, 3}, (arguments, result.output, result.exception)
        return result

    return run


# --------------------------------------------------------------------------- the record


class Kept:
    """What the record tells today of what came a row at a time: the only place here that asks it.

    Where the record is asked otherwise, change this class and nothing below it.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._record = workspace.record

    def votes(self) -> list[Any]:
        return list(self._record.labels.votes.plain())

    def gold_votes(self) -> list[Any]:
        return list(self._record.labels.votes.gold())

    def skips(self) -> list[Any]:
        return list(self._record.labels.votes.skips())

    def paid(self) -> tuple[int, int]:
        return self._record.labels.votes.paid()

    def decisions(self) -> dict[str, Any]:
        return dict(self._record.labels.adjudications.labels())

    def decisions_on(self, item: str) -> list[Any]:
        return list(self._record.labels.adjudications.history(item))

    def unresolved(self) -> list[str]:
        return list(self._record.labels.adjudications.unresolved())

    def judgments(self) -> list[Any]:
        return list(self._record.reviews.judgments(TUNING))

    def opinions(self) -> list[Any]:
        return sorted(self._record.reviews.opinions(TUNING), key=lambda each: each.ratio)

    def observations(self, release_id: str) -> list[Any]:
        return list(self._record.observations.of(release_id))

    def trials(self, study: str) -> list[Any]:
        return list(self._record.trials.of(study))

    def fits(self, key: str) -> list[tuple[int, int, float]]:
        """Rows, repeat and score of each fit under a key, in the order they came."""
        found = self._record.fits.of(key.removeprefix("fits "), FitResult)
        return [(n_train, repeat, fit.score) for (n_train, repeat), fit in found.items()]

    def invitations(self) -> list[Any]:
        return list(self._record.invitations.all())

    def guidelines(self) -> list[Any]:
        return list(self._record.labels.guidelines.all())

    def jobs(self) -> list[Any]:
        return list(self._record.jobs.newest(limit=100))

    def artifacts(self, number: int) -> list[Any]:
        return list(self._record.artifacts_of(number))


def test_it_is_brought_to_the_newest_migration(folder: Path, store: str) -> None:
    Workspace.open(folder).close()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    from alembic.script import ScriptDirectory

    engine = sqlalchemy.create_engine(store)
    with engine.connect() as connection:
        assert revision_of(connection) == ScriptDirectory.from_config(config).get_current_head()
    engine.dispose()


def test_every_entry_reads_as_it_did(folder: Path, store: str) -> None:
    told = json.loads((folder / "report.json").read_text())["entries"]
    with Workspace.open(folder) as workspace:
        entries = workspace.record.entries()
        assert [entry.row for entry in entries] == ENTRIES
        assert [entry.number for entry in entries] == list(range(1, 29))
        for entry, then in zip(entries, told, strict=True):
            assert entry.by == then["by"]
            assert entry.at.isoformat() == then["at"]
            assert dict(entry.on) == then["on"]
            assert entry.verdict.answer.value == then["verdict"]["answer"]
            assert entry.verdict.summary == then["verdict"]["summary"]
            said = [finding["what"] for finding in then["verdict"]["findings"]]
            assert [finding.what for finding in entry.verdict.findings] == said
            for artifact in Kept(workspace).artifacts(entry.number):
                assert len(workspace.artifacts.get(artifact.digest)) == artifact.n_bytes


def test_votes_are_all_there(folder: Path, store: str) -> None:
    with Workspace.open(folder) as workspace:
        kept = Kept(workspace)
        votes = kept.votes()
        assert Counter((vote.annotator, vote.value) for vote in votes) == VOTES
        ada = {vote.item: vote for vote in votes if vote.annotator == "Ada"}
        first = ada["233193bb07fbcb7a"]
        assert (first.value, first.comment, first.guidelines, first.price) == (
            ("yes", "new contract", 1, 75_000)
        )
        assert ada["f4d810a6d6ff60d4"].reason == "two contracts"
        # the one taken back was "yes"
        assert ada["e12baf8d3fba2452"].value == "no"
        assert [(vote.annotator, vote.value) for vote in kept.gold_votes()] == [("Ben", "no")]
        assert [(skip.annotator, skip.reason) for skip in kept.skips()] == [
            ("Ada", "cannot read it"),
            ("Ben", "no time"),
        ]
        # 80 votes came from a file, without a price; a skip costs nothing
        assert kept.paid() == (975_000, 80)
        first_of_cleo = next(vote for vote in votes if vote.annotator == "Cleo")
        assert first_of_cleo.at == datetime(2026, 1, 5, 9, tzinfo=UTC)
        assert first_of_cleo.seconds == 4.5


def test_adjudications_are_all_there(folder: Path, store: str) -> None:
    with Workspace.open(folder) as workspace:
        kept = Kept(workspace)
        assert kept.decisions() == {
            "3174c5ecb5748bb0": "yes",
            "5f9bc562532261a0": "no",
            "8264c99221b484b8": "no",
        }
        undone, stands = kept.decisions_on("8264c99221b484b8")
        assert (undone.value, undone.undone_at is not None) == (None, True)
        assert (stands.value, stands.adjudicator, stands.undone_at) == ("no", "Olga", None)
        (first,) = kept.decisions_on("3174c5ecb5748bb0")
        assert (first.reason, first.guidelines) == ("the contract ended in May", 2)
        assert dict(first.shown) == {"calls": "4.49", "plan": "basic"}
        assert [(one.annotator, one.value) for one in first.opinions] == [
            ("Cleo", "yes"),
            ("Dan", "no"),
        ]
        assert len(kept.unresolved()) == 7


def test_judgments_and_opinions_are_all_there(folder: Path, store: str) -> None:
    with Workspace.open(folder) as workspace:
        kept = Kept(workspace)
        judged = Counter((each.reviewer, each.is_positive) for each in kept.judgments())
        assert judged == {
            ("Ada", None): 1,
            ("Ada", False): 5,
            ("Ada", True): 5,
            ("Ben", None): 4,
            ("Ben", False): 46,
            ("Ben", True): 70,
        }
        said = [(one.person, one.ratio, one.why) for one in kept.opinions()]
        assert said == [("Pia", 3.0, "having asked the shop"), ("Quin", 5.0, "a call is cheap")]


def test_observations_are_all_there(folder: Path, store: str) -> None:
    with Workspace.open(folder) as workspace:
        verdict: Any = workspace.record.entry(RELEASE).verdict
        seen = Kept(workspace).observations(verdict.release_id)
        assert [(each.block, each.block_at, each.n_rows) for each in seen] == [
            ("2024-05-27", "2024-05-27", 28),
            ("2024-06-03", "2024-06-03", 28),
        ]
        first = seen[0].payload
        assert (first["n_labelled"], first["n_missed"], first["n_false_alarms"]) == (28, 2, 0)
        assert first["mean_score"] == 0.4174654479315333
        assert [shift["column"] for shift in first["shifts"]] == ["calls", "plan"]


def test_trials_and_fits_are_all_there(folder: Path, store: str, tmp_path: Path) -> None:
    before = tmp_path / "as-it-was"
    with tarfile.open(ARCHIVE) as tar:
        tar.extract(str(DATABASE), before, filter="data")
    stored = rows(before / DATABASE, "SELECT box, body FROM trial ORDER BY id")
    bodies: dict[str, list[dict[str, Any]]] = {}
    for box, body in stored:
        bodies.setdefault(box, []).append(json.loads(body))
    searches = {box: found for box, found in bodies.items() if box.startswith("search ")}
    fits = {box: found for box, found in bodies.items() if box.startswith("fits ")}
    assert sorted(map(len, searches.values())) == [31, 31]
    assert sorted(map(len, fits.values())) == [3, 3, 9, 9, 9, 9, 9, 9, 9, 9, 25, 25]
    with Workspace.open(folder) as workspace:
        kept = Kept(workspace)
        for box, found in searches.items():
            trials = kept.trials(box)
            assert [trial.name for trial in trials] == [body["name"] for body in found]
            assert [trial.mean for trial in trials] == [body["mean"] for body in found]
            params = [dict(trial.params) for trial in trials]
            assert params == [body["params"] for body in found]
        for box, found in fits.items():
            assert kept.fits(box) == [
                (body["n_train"], body["params"]["repeat"], body["scores"][0]) for body in found
            ]


def test_all_else_is_there_too(folder: Path, store: str) -> None:
    with Workspace.open(folder) as workspace:
        kept = Kept(workspace)
        invited = [(one.person, one.role.value, one.revoked_at) for one in kept.invitations()]
        assert invited[:2] == [("Ben", "label", None), ("Pia", "judge", None)]
        assert invited[2][:2] == ("Rob", "adjudicate")
        assert invited[2][2] is not None
        assert [each.version for each in kept.guidelines()] == [1, 2]
        assert kept.guidelines()[1].text == (folder / "guidelines.md").read_text()
        jobs = kept.jobs()
        assert Counter(job.state.value for job in jobs) == {"done": 17}
        assert {(job.worker.partition(":")[0], job.by) for job in jobs} == {("here", "Ada")}


# --------------------------------------------------------------------------- verbs and pages


def test_the_verbs_tell_what_they_told(folder: Path, go: Go) -> None:
    now, then = (
        json.loads(go("status", "--json").stdout),
        json.loads((folder / "status.json").read_text()),
    )
    assert now["cost"].items() >= then.pop("cost").items()
    # the score on the test rows speaks of it too, since then
    assert now["chance"].keys() >= then.pop("chance").keys()
    # a row that has come since may be what is next
    rows, step = then.pop("rows"), then.pop("next")
    assert now["rows"].items() >= rows.items()
    assert now["rows"].keys() > rows.keys() or now["next"] == step
    assert now.items() >= then.items()
    go("report", "--form", "markdown", "--to", folder / "report.md")
    assert "Olga chose balanced" in (folder / "report.md").read_text()
    go("report", "--form", "json", "--to", folder / "now.json")
    glance, standing = (
        [json.loads((folder / name).read_text())[key] for name in ("now.json", "report.json")]
        for key in ("at_a_glance", "standing")
    )
    # stages have badges since, and the chance its day and what it rests on
    came_later = {"stages", "success", "past", "measured", "cost"}
    assert {key: glance[0][key] for key in glance[1].keys() - came_later} == {
        key: each for key, each in glance[1].items() if key not in came_later
    }
    assert [each["stage"] for each in glance[0]["stages"]] == list(map(str, Stage))
    assert standing[0] == standing[1]
    go("report", "--model", "--form", "markdown", "--to", folder / "model.md")
    assert "the shop is ready | Olga" in (folder / "model.md").read_text()
    go("plan")
    votes = json.loads(go("votes", "export", folder / "all.csv", "--items", 0, "--json").stdout)
    assert votes["votes"] == sum(VOTES.values())
    assert pl.read_csv(folder / "all.csv").height == sum(VOTES.values())
    people = go("invite", "--list").stdout.splitlines()
    assert [line.split()[0] for line in people] == ["Ben", "Pia", "Rob"]


def test_every_page_answers(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        client = TestClient(create_app(workspace), base_url="http://127.0.0.1")
        answers = {path: client.get(path) for path in PAGES}
        bad = {path: each.status_code for path, each in answers.items() if each.status_code != 200}
        assert bad == {}
        assert "labels are cheap" in answers["/decide/train"].text
        assert "having asked the shop" in answers["/review/choose"].text
        pictures = [path for path in PAGES if "picture.svg" in answers[path].text]
        assert len(pictures) >= 20
        for number in range(1, len(ENTRIES) + 1):
            if f"/entries/{number}/picture.svg" in answers[f"/entries/{number}"].text:
                assert client.get(f"/entries/{number}/picture.svg").status_code == 200


def test_links_that_were_sent_open(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute("UPDATE invitation SET expires_at = '2999-01-01 00:00:00.000000'")
        database.commit()
    links = json.loads((folder / "links.json").read_text())
    paths = {name: "/join/" + link.partition("/join/")[2] for name, link in links.items()}
    with Workspace.open(folder) as workspace:
        for name, at, status in (("Ben", "/label", 200), ("Pia", "/review", 200), ("Rob", "", 0)):
            client = TestClient(create_app(workspace), base_url="http://127.0.0.1")
            answer = client.get(paths[name])
            if at:
                assert (answer.url.path, answer.status_code) == (at, status)
                assert name in answer.text
            else:
                assert answer.status_code >= 400


# --------------------------------------------------------------------------- going on


def test_a_stale_row_is_run_and_what_was_measured_is_used(folder: Path, go: Go) -> None:
    assert json.loads(go("status", "--json").stdout)["rows"]["forecast"]["state"] == "stale"
    (entry,) = json.loads(go("run", "forecast", "--json").stdout)["entries"]
    assert (entry["number"], entry["row"]) == (29, "forecast")
    with Workspace.open(folder) as workspace:
        old, new = (verdict_at(workspace, number) for number in (19, 29))
        # what it stands on has the same curves and the same costs
        assert new.candidate == old.candidate
        assert new.train_sizes == old.train_sizes
        assert new.errors == old.errors
        # what other curves teach has been learnt anew since: of five points that fall steeply it
        # believes less, and the rows there are lie at twice the largest size
        assert new.p_now == pytest.approx(old.p_now, abs=0.25)
        assert workspace.record.standing()["forecast"].state.value == "current"


def test_fits_that_were_kept_are_not_made_again(folder: Path, go: Go) -> None:
    text = (folder / SETTINGS_FILE).read_text()
    assert "time_box_s = 20.0" in text
    (entry,) = json.loads(go("run", "curve", "--json").stdout)["entries"]
    with Workspace.open(folder) as workspace:
        old, new = (verdict_at(workspace, number) for number in (15, entry["number"]))
        assert new.n_kept == 50
        assert [curve.candidate for curve in new.curves] == [
            curve.candidate for curve in old.curves
        ]


def test_people_go_on_where_they_were(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        client = TestClient(create_app(workspace), base_url="http://127.0.0.1")
        assert client.get("/label").status_code == 200
        kept = Kept(workspace)
        n_votes = len(kept.votes()) + len(kept.gold_votes())
    typed = "yes\nno\nq\n"
    told = CliRunner().invoke(main, ["label", "--by", "Sue", "-C", str(folder)], input=typed)
    assert told.exit_code == 0, told.output
    assert "6 labelled by Sue" in told.output
    with Workspace.open(folder) as workspace:
        kept = Kept(workspace)
        assert len(kept.votes()) + len(kept.gold_votes()) == n_votes + 2


def verdict_at(workspace: Workspace, number: int) -> Any:
    return workspace.record.entry(number).verdict


# --------------------------------------------------------------------------- the release


def test_the_release_gives_the_scores_it_gave(folder: Path, go: Go) -> None:
    then = (folder / "scored.csv").read_text()
    target = folder / "now.csv"
    told = json.loads(go("score", folder / "later.csv", "--to", target, "--json").stdout)
    assert told["rows"] == 56
    assert target.read_text() == then


def test_the_release_is_opened_with_its_golden_rows(folder: Path) -> None:
    from leadline.serving.releases.bundle import open_bundle
    from leadline.serving.releases.keys import public_keys

    (path,) = (folder / STATE_FOLDER / "releases").iterdir()
    bundle = open_bundle(path, trusted=public_keys(folder / STATE_FOLDER / "release.key.pub"))
    assert bundle.manifest.n_golden == bundle.golden_rows().height == 200
    assert bundle.manifest.family == "forest"
    golden = pl.read_parquet(path / "golden.parquet")
    answers = bundle.predict(golden["X"].struct.unnest())
    assert answers["score"].to_list() == golden["score"].to_list()


def test_new_rows_are_watched_with_it(folder: Path, go: Go) -> None:
    told = json.loads(go("watch", folder / "later.csv", "--json").stdout)["entries"]
    assert [entry["row"] for entry in told] == ["monitor"]
    with Workspace.open(folder) as workspace:
        old, new = (verdict_at(workspace, number) for number in (27, told[0]["number"]))
    for now, then in zip(new.blocks, old.blocks, strict=True):
        assert (now.name, now.n_rows, now.n_labelled) == (then.name, then.n_rows, then.n_labelled)
        assert now.alert_share == then.alert_share
        assert now.mean_score == pytest.approx(then.mean_score)
        # fewer columns are named by now: those that lie beyond what blocks of before show
        named = [{shift.column for shift in one.shifts} for one in (now, then)]
        assert named[0] <= named[1]
        assert not now.is_counted_only


def test_blocks_of_which_only_counts_were_kept_are_shown_by_them(folder: Path, go: Go) -> None:
    told = json.loads(go("run", "monitor", "--json").stdout)["entries"]
    assert told[-1]["answer"] == "unclear"
    assert "only counts of it were kept" in told[-1]["summary"]
    first = told[-1]["verdict"]["blocks"][0]
    assert (first["is_counted_only"], first["n_labelled"], first["n_wrong"]) == (True, 28, 2)
    # all of them have a label, so it is known exactly
    assert first["error"]["low"] == first["error"]["high"] == pytest.approx(2 / 28)


# --------------------------------------------------------------------------- settings


def test_every_key_of_the_old_settings_is_read(folder: Path) -> None:
    path = folder / SETTINGS_FILE
    said, read = tomllib.loads(path.read_text()), asdict(load_settings(path))
    assert read.pop("name") == said.pop("project")["name"] == "customers"
    # nobody has confirmed this one
    assert read["problem"]["assumed"] == ("cost_false_alarm",)
    # what errors are called has a section of its own since
    for key in ("miss", "false_alarm"):
        assert read["problem"]["words"][key] == said["problem"].pop(key)
    # sections and keys that came later have their defaults
    for section, keys in said.items():
        assert set(keys) <= set(read[section]), section
        assert plain({key: read[section][key] for key in keys}) == plain(keys), section


def plain(value: Any) -> Any:
    """As both TOML and settings would have it."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def test_files_that_did_not_change_have_the_digest_of_before(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        assert source_digest(workspace) == DIGEST
