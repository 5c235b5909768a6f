"""Rot check of a release: is it still whole, does it open, does it answer as it did.

Each check looks at one thing and says so in a sentence; what cannot be known is not called good.
"""

from __future__ import annotations

import platform
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from leadline.errors import EngineError, LeadlineError, ReleaseError
from leadline.monitoring.maintenance.lock_resolution import resolve_lock
from leadline.monitoring.maintenance.retrain_due import retrain_period
from leadline.phases.release import Release
from leadline.processes.limit import run_with_limit
from leadline.record import Entry
from leadline.serving.releases.bundle import load_bundle
from leadline.serving.releases.environment import lock_differences
from leadline.serving.releases.keys import fingerprint, public_keys
from leadline.serving.releases.manifest import Manifest
from leadline.serving.releases.signed_files import (
    MANIFEST,
    SIGNATURE,
    digests_of,
    signed_files,
    signed_manifest,
)
from leadline.workspace import Workspace

_REOPEN_S = 600.0
_MOST_NAMED = 3
_DAY_S = 86_400.0


class Outcome(StrEnum):
    """What a check found."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        What was looked at.
    outcome : Outcome
        Pass, fail, or not known.
    words : str
        What was found.
    next : str
        What to do about it; empty where nothing need be done.
    """

    name: str
    outcome: Outcome
    words: str
    next: str = ""


def check_release(
    workspace: Workspace, entry: Entry, *, resolve: bool = False
) -> tuple[Check, ...]:
    """Look whether a release is as it was sealed, and opens and answers as it did.

    Parameters
    ----------
    workspace : Workspace
        The project.
    entry : Entry
        Of the release.
    resolve : bool, default=False
        Whether pip is asked if every package of the lock can still be got; it needs the index.

    Returns
    -------
    tuple of Check
        Signature, files, reload, golden rows, packages, lock if asked for, model document.
    """
    release = entry.verdict_as(Release)
    folder = workspace.releases_folder / release.bundle
    signature, manifest = _signature(workspace, folder, release)
    files = _files(folder, manifest)
    is_whole = files.outcome is Outcome.PASS
    reopened = _reopened(workspace, folder, release) if is_whole else _not_reopened()
    return (
        signature,
        files,
        *reopened,
        _packages(manifest),
        *((_lock(manifest),) if resolve else ()),
        _document(workspace, release),
    )


def reopen(folder: str, key: str, modules: str, digest: str) -> tuple[str, str, str, str]:
    """Open a release and replay its golden rows; runs in a fresh process.

    Returns
    -------
    tuple of str
        Why it does not open, why its golden rows are not as they were, why that cannot be told,
        each empty if all is well; and else what was seen of them.
    """
    try:
        trusted = public_keys(Path(key))
        bundle = load_bundle(Path(folder), trusted=trusted, modules=modules, digest=digest)
    except LeadlineError as error:
        return str(error), "", "", ""
    try:
        bundle.replay()
    except EngineError as error:
        # the server that it asks does not answer here: that says nothing of the release
        return "", "", str(error), ""
    except LeadlineError as error:
        return "", str(error), "", ""
    rows = f"{bundle.golden_rows().height:,} rows"
    if bundle.waits_s is None:
        return "", "", "", f"{rows} score as when it was sealed."
    return "", "", "", f"{rows} are answered as when it was sealed, as far as its server can."


def _signature(
    workspace: Workspace, folder: Path, release: Release
) -> tuple[Check, Manifest | None]:
    try:
        trusted = public_keys(workspace.key_path)
        manifest = signed_manifest(folder, trusted=trusted, digest=release.bundle)
    except ReleaseError as error:
        return Check("signature", Outcome.FAIL, error.found, error.next), None
    signers = ", ".join(fingerprint(key) for key in trusted)
    return Check("signature", Outcome.PASS, f"Signed by key {signers}."), manifest


def _files(folder: Path, manifest: Manifest | None) -> Check:
    """Every file as it was signed, none missing and none added."""
    if manifest is None:
        return Check(
            "files", Outcome.UNKNOWN, "Their digests are signed, and the signature does not hold."
        )
    try:
        files = signed_files(folder, manifest)
    except ReleaseError as error:
        return Check("files", Outcome.FAIL, error.found, error.next)
    known = {MANIFEST, SIGNATURE, *digests_of(manifest)}
    if more := sorted({path.name for path in folder.iterdir()} - known):
        return Check(
            "files",
            Outcome.FAIL,
            f"Nobody has signed {', '.join(more)}.",
            "Find out where it comes from, and remove it.",
        )
    n_bytes = sum(map(len, files.values()))
    return Check(
        "files", Outcome.PASS, f"{len(known)} files as they were sealed ({n_bytes:,} bytes)."
    )


def _not_reopened() -> tuple[Check, Check]:
    why = "It is not opened while its files are not as they were sealed."
    return (
        Check("reload", Outcome.UNKNOWN, why),
        Check("golden rows", Outcome.UNKNOWN, why),
    )


def _reopened(workspace: Workspace, folder: Path, release: Release) -> tuple[Check, Check]:
    """Open it in a process that knows nothing of us."""
    began = time.monotonic()
    try:
        reload, golden, unknown, seen = run_with_limit(
            "leadline.monitoring.maintenance.rot_check:reopen",
            *map(str, (folder, workspace.key_path, workspace.folder, release.bundle)),
            limit_s=_REOPEN_S,
        )
    except LeadlineError as error:
        reload, golden, unknown, seen = str(error), "", "", ""
    if reload:
        return (
            Check("reload", Outcome.FAIL, reload),
            Check("golden rows", Outcome.UNKNOWN, "They are replayed once it opens."),
        )
    opened = Check(
        "reload",
        Outcome.PASS,
        f"Opened in a fresh process of Python {platform.python_version()} "
        f"in {time.monotonic() - began:.1f} s.",
    )
    if golden:
        return opened, Check("golden rows", Outcome.FAIL, golden)
    if unknown:
        return opened, Check("golden rows", Outcome.UNKNOWN, unknown)
    return opened, Check("golden rows", Outcome.PASS, seen)


def _packages(manifest: Manifest | None) -> Check:
    """What is installed here, held against the lock."""
    if manifest is None:
        return Check("packages", Outcome.UNKNOWN, "The lock cannot be believed.")
    differing = lock_differences(manifest.lock)
    n_locked = len(manifest.lock)
    if not differing:
        return Check(
            "packages", Outcome.PASS, f"All {n_locked:,} packages of the lock are installed."
        )
    return Check(
        "packages",
        Outcome.FAIL,
        f"{len(differing):,} of {n_locked:,} packages differ from the lock: {_named(differing)}.",
        "Install what the lock in manifest.json names, or make the release again here.",
    )


def _lock(manifest: Manifest | None) -> Check:
    """Whether every package of the lock can still be got."""
    if manifest is None:
        return Check("lock", Outcome.UNKNOWN, "The lock cannot be believed.")
    found = resolve_lock(manifest.lock, python=sys.executable)
    if found.is_resolved:
        return Check("lock", Outcome.PASS, found.words)
    outcome = Outcome.UNKNOWN if found.is_resolved is None else Outcome.FAIL
    return Check("lock", outcome, found.words, "Keep a copy of the packages while you can.")


def _document(workspace: Workspace, release: Release) -> Check:
    """The model document of this release, held against the period of the decay verdict."""
    name = "model document"
    write = "'leadline report --model' writes it."
    file = _newest_document(workspace.folder, release.release_id)
    if file is None:
        words = f"There is none of release {release.release_id} in this folder."
        return Check(name, Outcome.UNKNOWN, words, write)
    age = timedelta(seconds=max(time.time() - file.stat().st_mtime, 0.0))
    period = retrain_period(workspace.record)
    if period is None:
        words = f"{file.name} is {_days(age)} old; no period of retraining is known."
        return Check(name, Outcome.UNKNOWN, words)
    outcome = Outcome.PASS if age <= period else Outcome.FAIL
    words = f"{file.name} is {_days(age)} old; a model is kept {_days(period)} at least cost."
    return Check(name, outcome, words, "" if outcome is Outcome.PASS else write)


def _newest_document(folder: Path, release_id: str) -> Path | None:
    """The newest model document in a folder that is of a release."""
    files = [path for form in ("html", "md") for path in folder.glob(f"model*.{form}")]
    newest_first = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)
    # by its title: the text of one release names those before and after it too
    title = re.compile(rb"Model document: [^\n<]*, release " + re.escape(release_id.encode()))
    return next((path for path in newest_first if title.search(path.read_bytes())), None)


def _days(span: timedelta) -> str:
    days = span.total_seconds() / _DAY_S
    return f"{days:.0f} days" if days >= 1.5 else f"{days:.1f} days"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
