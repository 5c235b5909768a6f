"""Change of the settings that managers own: proposed, shown as a diff, then written."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from leadline.errors import OutdatedAnswerError, SettingsError
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem, refuse_target
from leadline.record import ChangeKind, ChangeNote
from leadline.services.identity.permission import acting, require
from leadline.services.settings_form.owned_keys import OwnedKey, owned_keys
from leadline.services.settings_form.toml_edit import Value, with_values
from leadline.settings import parse_settings
from leadline.workspace import Workspace, find_settings


@dataclass(frozen=True)
class SettingsPage:
    """What the form shows.

    Attributes
    ----------
    keys : tuple of OwnedKey
        As the file has them now.
    seen : str
        Digest of the file, for the answer.
    notes : tuple of ChangeNote
        Who changed what here, the newest first.
    """

    keys: tuple[OwnedKey, ...]
    seen: str
    notes: tuple[ChangeNote, ...]


@dataclass(frozen=True)
class ProposedChange:
    """What the file would say.

    Attributes
    ----------
    text : str
        All of it.
    diff : tuple of str
        Lines that change, with one line around them; empty if none does.
    """

    text: str
    diff: tuple[str, ...]


def settings_page(workspace: Workspace) -> SettingsPage:
    """The keys that managers own, as `leadline.toml` has them now.

    Raises
    ------
    NotAllowedError
        If the visitor's role may not change them.
    SettingsError
        If the file cannot be read.
    """
    require(workspace, Action.SETTINGS)
    path = find_settings(workspace.folder)
    text = _read(path)
    notes = workspace.record.change_notes.newest(ChangeKind.SETTINGS)
    return SettingsPage(owned_keys(parse_settings(path, text)), _digest(text), notes)


def propose(workspace: Workspace, typed: Mapping[str, str], seen: str) -> ProposedChange:
    """What the file would say with the values typed; nothing is written.

    Parameters
    ----------
    workspace : Workspace
        The project.
    typed : mapping of str to str
        Field ("problem.budget") to what was typed; fields left out stay as they are.
    seen : str
        Digest of the file that the form was made from.

    Raises
    ------
    NotAllowedError
        If the visitor's role may not change them.
    SettingsError
        If the file could not be loaded with these values, in the loader's words, or the target
        is none that the metric can reach.
    OutdatedAnswerError
        If the file was changed since.
    """
    require(workspace, Action.SETTINGS)
    path = find_settings(workspace.folder)
    text = _read(path)
    if _digest(text) != seen:
        raise _outdated(path)
    changes: dict[tuple[str, str], Value] = {}
    for key in owned_keys(parse_settings(path, text)):
        value = typed.get(key.name, key.value).strip()
        if value != key.value.strip():
            changes[key.section, key.key] = _as_typed(key, value)
    proposed = with_values(text, changes) if changes else text
    then = parse_settings(path, proposed).problem
    known = workspace.record.latest_of(Problem)
    if ("problem", "target_score") in changes and known is not None:
        refuse_target(then.scoring or known.scoring, then.target_score)
    before, after = text.splitlines(), proposed.splitlines()
    diff = unified_diff(before, after, "now", "then", lineterm="", n=1)
    return ProposedChange(proposed, tuple(diff))


def change_settings(workspace: Workspace, typed: Mapping[str, str], seen: str, by: str) -> None:
    """Write the values typed to `leadline.toml`, and keep on the record who changed what.

    The problem counts as before until it is stated again.

    Raises
    ------
    NotAllowedError, OutdatedAnswerError
        As `propose`.
    SettingsError
        As `propose`; and if nothing would change, or nobody is named.
    """
    workspace, person = acting(workspace, Action.SETTINGS, by, "the settings")
    path = find_settings(workspace.folder)
    proposed = propose(workspace, typed, seen)
    if not proposed.diff:
        raise SettingsError("Nothing was changed.", next="Change a value, or leave the page.")

    def write() -> None:
        # within the record's turn: of two who save at once the second is told
        if _digest(_read(path)) != seen:
            raise _outdated(path)
        write_settings(path, proposed.text)

    note = ChangeNote(ChangeKind.SETTINGS, path.name, "\n".join(proposed.diff[2:]), person)
    workspace.record.change_notes.add(note, write)


def _as_typed(key: OwnedKey, typed: str) -> Value:
    if key.is_list:
        return [each.strip() for each in _plain(typed).split(",") if each.strip()]
    return _number(typed) if key.is_number else _plain(typed)


def write_settings(path: Path, text: str) -> None:
    """Put a text in the place of a settings file, whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_bytes(text.encode())
    shutil.copymode(path, temporary)
    temporary.replace(path)


def _number(typed: str) -> Value:
    """A number; what is none is left to the loader, who says so."""
    try:
        return int(typed)
    except ValueError:
        try:
            return float(typed)
        except ValueError:
            return typed


def _plain(typed: str) -> str:
    """Text on one line: a text area of a browser sends line ends."""
    return " ".join(typed.split())


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _outdated(path: Path) -> OutdatedAnswerError:
    return OutdatedAnswerError(
        f"{path.name} was changed since you opened the page.",
        "Nothing was written.",
        "Reload the page, look at it, and change it again.",
    )
