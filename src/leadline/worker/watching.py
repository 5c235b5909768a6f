"""Watch that goes on: every period, files that came in are observed, judged and told of."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leadline.errors import LeadlineError, NotReadyError, SettingsError
from leadline.notifications import deliver, tell
from leadline.reading.file_forms.raw import Trim
from leadline.record import Entry
from leadline.worker.computing import observe, observe_served
from leadline.worker.new_files import NewFiles
from leadline.worker.refreshing import refresh
from leadline.worker.telling import retraining_due, watch_failed
from leadline.workspace import Workspace

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_WORDS = {"hour": "h", "day": "d", "week": "w"}
_SETTLED_S = 10.0
_STATE = "watched.jsonl"


@dataclass
class Round:
    """What one period brought.

    Attributes
    ----------
    files : list of Path
        Taken in.
    served : list of str
        Blocks of rows that servers logged, new or changed.
    notes : list of str
        What a person should know of them.
    entries : list of Entry
        New verdicts.
    faults : list of str
        What went wrong, and is tried again next time.
    """

    files: list[Path] = field(default_factory=list)
    served: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def parse_period(text: str) -> float:
    """Seconds of a period: hour, day, week, or a number with s, m, h, d or w.

    Raises
    ------
    SettingsError
        If it is none of these.

    Examples
    --------
    >>> parse_period("day"), parse_period("2w"), parse_period("30"), parse_period("1.5h")
    (86400.0, 1209600.0, 30.0, 5400.0)
    """
    said = text.strip().lower()
    unit = _WORDS.get(said)
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", f"1{unit}" if unit else said)
    seconds = float(found[1]) * _UNITS[found[2] or "s"] if found else 0.0
    if not seconds:
        raise SettingsError(
            f"The period is {text!r}.",
            "It must be hour, day, week, or a number of seconds (s, m, h, d or w may follow it).",
            "For example: --every day.",
        )
    return seconds


def rounds(
    folder: Path,
    sources: Sequence[str],
    *,
    every_s: float,
    by: str,
    trim: Trim,
    is_served: bool = False,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Round]:
    """Look for new files every period, for ever.

    A file that cannot be read, and whatever else fails, is told to people and tried again in the
    next round; files whose content was taken in before are left alone.

    Parameters
    ----------
    folder : Path
        Of the workspace; settings are read anew each round.
    sources : sequence of str
        Folders, patterns and files.
    every_s : float
        Seconds from the beginning of one round to that of the next.
    by : str
        Who asks.
    trim : Trim
        Lines of the files that are no rows.
    is_served : bool, default=False
        Whether what servers have logged is taken in too.
    sleep : callable, optional
        Waits some seconds.

    Yields
    ------
    Round
        After each period.
    """
    while True:
        began = time.monotonic()
        now = Round()
        try:
            with Workspace.open(folder) as workspace:
                _take_in(workspace, sources, every_s, trim, now)
                if is_served:
                    _take_in_served(workspace, now)
                if now.files or now.served:
                    _judge(workspace, by, now)
                _tell(workspace)
        except Exception as error:  # the next round may fare better: a database that is away
            now.faults.append(_words(error))
        yield now
        sleep(max(every_s - (time.monotonic() - began), 0.0))


def _take_in(
    workspace: Workspace, sources: Sequence[str], every_s: float, trim: Trim, now: Round
) -> None:
    """Observe each new file for itself: one that cannot be read keeps no other waiting."""
    state = workspace.state_folder / _STATE
    new = NewFiles(state, sources, settled_s=min(_SETTLED_S, every_s / 2))
    for file in new.found():
        try:
            now.notes += observe(workspace, file.path, trim).notes
        except LeadlineError as error:
            now.faults.append(f"{file.path.name}: {error}")
        else:
            new.note(file)
            now.files.append(file.path)


def _take_in_served(workspace: Workspace, now: Round) -> None:
    """Observe what servers have logged since; before the first request there is nothing."""
    try:
        told = observe_served(workspace)
    except NotReadyError:
        return
    except LeadlineError as error:
        now.faults.append(f"what was served: {error}")
        return
    if told.blocks:
        now.notes += told.notes
        now.served += told.blocks


def _judge(workspace: Workspace, by: str, now: Round) -> None:
    # the stage for what is missing or stale, the row because there are new data to judge
    try:
        for entry in refresh(workspace, ("watch", "monitor"), by=by):
            now.entries.append(entry)
    except LeadlineError as error:
        now.faults.append(_words(error))
        tell(workspace, watch_failed("the new blocks", _words(error)))


def _tell(workspace: Workspace) -> None:
    """Tell of what time alone brings, and what has not arrived so far."""
    due = retraining_due(workspace)
    if due is not None:
        tell(workspace, due)
    deliver(workspace)


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, LeadlineError) else f"{type(error).__name__}: {error}"
