from __future__ import annotations

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.projects import customers, project, run

from leadline.errors import SettingsError
from leadline.workspace import SETTINGS_FILE, STATE_FOLDER, Workspace, find_settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project(tmp_path / "project", customers(60)).close()
    return tmp_path / "project"


def test_a_folder_becomes_settings_record_and_artifacts(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        assert workspace.folder == folder
        assert workspace.settings.name == workspace.record.project == "customers"
        run(workspace, "problem")
        digest = workspace.artifacts.put(b"bytes", "kind")
        assert workspace.state_folder == folder / STATE_FOLDER
        assert (
            workspace.releases_folder.parent == workspace.key_path.parent == folder / STATE_FOLDER
        )
        assert workspace.path("pool.csv") == folder / "pool.csv"
        assert workspace.path("/data/pool.csv") == Path("/data/pool.csv")
    with Workspace.open(folder) as again:
        assert len(again.record.entries()) == 1
        assert again.artifacts.get(digest) == b"bytes"


def test_a_relative_folder_is_made_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with Workspace.open() as workspace:
        assert workspace.folder == folder
    with Workspace.open("../project") as workspace:
        assert workspace.folder == folder


def test_a_folder_without_settings_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"holds no {SETTINGS_FILE}") as caught:
        Workspace.open(tmp_path)
    assert "leadline init" in caught.value.next
    assert not (tmp_path / STATE_FOLDER).exists()
    with pytest.raises(SettingsError):
        find_settings(tmp_path / "nowhere")


def test_a_team_shares_a_database_and_artifacts(
    folder: Path, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    monkeypatch.setenv("LEADLINE_STORE", database_url)
    monkeypatch.setenv("LEADLINE_ARTIFACTS", str(shared))
    with Workspace.open(folder) as workspace:
        run(workspace, "problem")
        run(workspace, "data")
    project(tmp_path / "colleague", customers(60)).close()
    with Workspace.open(tmp_path / "colleague") as workspace:
        assert [entry.row for entry in workspace.record.entries()] == ["problem", "data"]
    assert any(shared.rglob("*"))
    assert [path.name for path in (tmp_path / "colleague" / STATE_FOLDER).iterdir()] == ["project"]


def test_the_settings_name_a_database_for_several_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths start at the folder of the settings, wherever the command is called from."""
    monkeypatch.chdir(tmp_path)
    places = {"url": "sqlite:///../team.db", "artifacts": "../kept"}
    for name in ("one", "two"):
        project(tmp_path / name, customers(60), store=places).close()
        settings = tmp_path / name / SETTINGS_FILE
        settings.write_text(settings.read_text().replace('"customers"', f'"{name}"'))
        shutil.rmtree(tmp_path / name / STATE_FOLDER)
        with Workspace.open(name) as workspace:
            run(workspace, "problem")
            run(workspace, "data")
            names = [each.name for each in workspace.record.all_projects.newest()]
    assert names == ["customers", "one", "two"]
    assert any((tmp_path / "kept").rglob("*"))
    assert [path.name for path in (tmp_path / "two" / STATE_FOLDER).iterdir()] == ["project"]


def test_a_record_does_not_silently_begin_anew_in_another_database(folder: Path) -> None:
    settings = folder / SETTINGS_FILE
    text = settings.read_text()
    settings.write_text(text.replace("[store]", '[store]\nurl = "sqlite:///../team.db"'))
    with pytest.raises(SettingsError, match="but this folder holds a record"):
        Workspace.open(folder)
    assert not (folder.parent / "team.db").exists()
    own = "sqlite:///.leadline/leadline.db"
    settings.write_text(text.replace("[store]", f'[store]\nurl = "{own}"'))
    Workspace.open(folder).close()
    (folder / STATE_FOLDER / "leadline.db").unlink()
    settings.write_text(text.replace("[store]", '[store]\nurl = "sqlite:///../team.db"'))
    Workspace.open(folder).close()
    assert (folder.parent / "team.db").exists()


def test_the_environment_goes_before_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE_STORE", f"sqlite:///{tmp_path / 'other.db'}")
    project(tmp_path / "one", customers(60), store={"url": "sqlite:////nowhere/team.db"}).close()
    assert (tmp_path / "other.db").exists()


def test_the_secret_is_made_once_and_kept_to_the_owner(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        with ThreadPoolExecutor(1) as other:
            first, second = workspace.secret, other.submit(lambda: workspace.secret).result()
        assert first == second
        assert len(first) == 32
        (path,) = workspace.state_folder.glob("web.secret*")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with Workspace.open(folder) as again:
        assert again.secret == first


def test_the_secret_of_another_process_is_taken_over(folder: Path) -> None:
    """Two processes may make one at the same moment: the first to finish wins."""
    with Workspace.open(folder) as workspace:
        path = workspace.state_folder / "web.secret"
        path.write_bytes(b"theirs")
        assert workspace.secret == b"theirs"


def test_a_renamed_project_does_not_silently_begin_anew(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        run(workspace, "problem")
    settings = folder / SETTINGS_FILE
    text = settings.read_text()
    settings.write_text(text.replace('name = "customers"', 'name = "clients"', 1))
    with pytest.raises(SettingsError, match="names the project 'clients'") as caught:
        Workspace.open(folder)
    assert "'customers'" in caught.value.next
    settings.write_text(text)
    with Workspace.open(folder) as workspace:
        assert len(workspace.record.entries()) == 1
