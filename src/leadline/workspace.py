"""Workspace: the settings, the record and the artifacts of one folder.

Built once, handed on. ``[store]`` in `leadline.toml`, or before it ``LEADLINE_STORE`` and
``LEADLINE_ARTIFACTS``, replace the database and the folder of artifacts for a team; nothing else
changes.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from leadline.charts.picture_cache import PictureCache
from leadline.errors import SettingsError
from leadline.phases.permissions import Actor
from leadline.record import Artifacts, Record
from leadline.settings import Settings, load_settings

if TYPE_CHECKING:
    from types import TracebackType

SETTINGS_FILE = "leadline.toml"
STATE_FOLDER = ".leadline"


@dataclass(frozen=True)
class Workspace:
    """One project's settings, record and artifacts.

    Attributes
    ----------
    folder : Path
        Where ``leadline.toml`` lies.
    settings : Settings
        What it says.
    record : Record
        The verdicts.
    artifacts : Artifacts
        Bytes by digest.
    actor : Actor or None, default=None
        Who is at work in it; None where nobody was asked: commands then ask for a name.
    """

    folder: Path
    settings: Settings
    record: Record
    artifacts: Artifacts
    actor: Actor | None = None

    @classmethod
    def open(cls, folder: Path | str = ".") -> Self:
        """Open the workspace of a folder.

        Parameters
        ----------
        folder : Path or str, default="."
            Where ``leadline.toml`` lies.

        Raises
        ------
        SettingsError
            If there is no ``leadline.toml``, it says something that cannot be, or it names
            another project or another database than the folder has been used for.
        """
        root = Path(folder).resolve()
        settings = load_settings(find_settings(root))
        state = root / STATE_FOLDER
        state.mkdir(exist_ok=True)
        _refuse_other_project(state / "project", settings.name)
        own = state / "leadline.db"
        store = os.environ.get("LEADLINE_STORE") or _store_url(root, settings.store.url, own)
        artifacts = os.environ.get("LEADLINE_ARTIFACTS") or _place(root, settings.store.artifacts)
        return cls(
            root,
            settings,
            Record.open(store or f"sqlite:///{own}", settings.name),
            Artifacts(artifacts or str(state / "artifacts")),
        )

    def acted_in_by(self, actor: Actor) -> Self:
        """The same workspace with somebody at work, who signs what is written to the record."""
        return replace(self, record=self.record.signed_by(actor.user_id), actor=actor)

    def close(self) -> None:
        """Let go of the database."""
        self.record.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def state_folder(self) -> Path:
        """Everything that is not settings: never in git."""
        return self.folder / STATE_FOLDER

    @property
    def releases_folder(self) -> Path:
        """Where sealed releases lie."""
        return self.state_folder / "releases"

    @property
    def key_path(self) -> Path:
        """The key that signs releases."""
        return self.state_folder / "release.key"

    @property
    def secret(self) -> bytes:
        """Random bytes, the same for this workspace's life, that protect web forms."""
        path = self.state_folder / "web.secret"
        if not path.exists():
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            with suppress(FileExistsError):
                os.link(temporary, path)
            temporary.unlink()
        return path.read_bytes()

    @property
    def pictures(self) -> PictureCache:
        """Pictures of verdicts, kept so that no page waits for one twice."""
        return PictureCache(self.state_folder / "pictures")

    def path(self, name: str) -> Path:
        """A file named in the settings, relative to the folder unless absolute."""
        return self.folder / name


def find_settings(folder: Path) -> Path:
    """The settings file of a folder.

    Raises
    ------
    SettingsError
        If there is none.
    """
    path = folder / SETTINGS_FILE
    if not path.is_file():
        raise SettingsError(
            f"{folder} holds no {SETTINGS_FILE}.",
            "A workspace is a folder with that file.",
            "Run 'leadline init FILE --label COLUMN' there, or go to the right folder.",
        )
    return path


def _store_url(folder: Path, url: str, own: Path) -> str:
    """Address of a database: the path of a file starts at the folder of the settings.

    Raises
    ------
    SettingsError
        If the folder holds a record of its own, which would silently begin anew elsewhere.
    """
    kind, mark, place = url.partition(":///")
    is_file = kind == "sqlite" and bool(mark and place)
    if url and own.exists() and not (is_file and (folder / place).resolve() == own):
        raise SettingsError(
            f"[store] url names a database, but this folder holds a record: {own}.",
            "A record lies in one place.",
            "Take [store] url out, or move that file away to begin anew there.",
        )
    return f"{kind}{mark}{folder / place}" if is_file else url


def _place(folder: Path, place: str) -> str:
    return str(folder / place) if place and "://" not in place else place


def _refuse_other_project(path: Path, name: str) -> None:
    """A renamed project would silently begin with an empty record."""
    if not path.exists():
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_text(name, encoding="utf-8")
        temporary.replace(path)
    known = path.read_text(encoding="utf-8")
    if known != name:
        raise SettingsError(
            f"{SETTINGS_FILE} names the project {name!r}, but this folder holds {known!r}.",
            "A record belongs to one project.",
            f"Set [project] name back to {known!r}, or begin anew in another folder.",
        )
