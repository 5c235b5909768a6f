"""Limits of a proposal: which keys, files and characters an agent may propose.

Closed is what says who answers, what may be spent or which rows are held out, what people wrote,
and whatever a person who reads the proposal could not see.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path

from leadline.errors import NotAllowedError, SettingsError
from leadline.record.agents.agent_proposals import Proposed
from leadline.workspace import Workspace

OPEN_SECTIONS = ("problem", "labels", "find", "slices")
"""Sections of `leadline.toml` that an agent may propose to change, beside `OPEN_KEY`."""
OPEN_KEY = "data.exclude"
"""The one key of [data]: any other way of reading the rows moves some to the other side."""

# who answers, what may be spent, and labels that test people
_CLOSED_KEYS = frozenset(
    {
        *(("problem", key) for key in ("owner", "deputy", "budget", "currency", "assumed")),
        *(("find", key) for key in ("money_limit", "cpu_limit_s")),
        *(("labels", key) for key in ("gold", "gold_share")),
    }
)
_KEY = re.compile(r"[a-z][a-z0-9_]*")
GUIDELINES = "labels.guidelines"
_FILE = re.compile(r"[a-z][a-z0-9_]{0,59}\.(py|txt|md)")
_HARMLESS = "\n\t\u200c\u200d"  # joiners: some languages and emoji are written with them
_LONGEST_FILE, _MOST_FILES = 100_000, 5


def require_open(key: str) -> None:
    """Refuse a key that is people's.

    Raises
    ------
    NotAllowedError
        If it is.
    """
    section, _, name = key.partition(".")
    is_key = section in OPEN_SECTIONS and _KEY.fullmatch(name) is not None
    if key == OPEN_KEY or (is_key and (section, name) not in _CLOSED_KEYS):
        return
    raise NotAllowedError(
        f"{key!r} is not an agent's to propose.",
        f"{OPEN_KEY!r} is, and keys of {', '.join(f'[{one}]' for one in OPEN_SECTIONS)} but for "
        "those that say who answers and what may be spent.",
        "Ask a person.",
    )


def require_beside(guidelines: Proposed) -> None:
    """Refuse guidelines that lie elsewhere: they are shown to annotators, and sent to machines.

    Raises
    ------
    NotAllowedError
        If they do.
    """
    if guidelines and not (isinstance(guidelines, str) and _FILE.fullmatch(guidelines)):
        raise NotAllowedError(
            f"{guidelines!r} is not a file that an agent may name.",
            "Guidelines of an agent lie beside leadline.toml.",
            "For example: guidelines.md, with its text under 'files'.",
        )


def texts_of(changes: Mapping[str, Proposed]) -> list[str]:
    """Every text among the values of changes."""
    values = (one if isinstance(one, list) else [one] for one in changes.values())
    return [each for one in values for each in one if isinstance(each, str)]


def require_visible(*texts: str) -> None:
    """Refuse characters that hide or move others: a person must see what there is to accept.

    Raises
    ------
    SettingsError
        If there is one.
    """
    for each in sorted(set().union(*texts)):
        kind = unicodedata.category(each)
        if each not in _HARMLESS and kind in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            raise SettingsError(
                f"There is a character that cannot be seen: U+{ord(each):04X}.",
                "A person must see all that is proposed.",
                "Leave it out; lines end in U+000A.",
            )


def require_files(workspace: Workspace, files: Mapping[str, str]) -> None:
    """Refuse names that are none, texts that are too long, and files that people wrote.

    Raises
    ------
    SettingsError
        If there is too much.
    NotAllowedError
        If a file is not an agent's to propose.
    """
    if len(files) > _MOST_FILES or any(len(text) > _LONGEST_FILE for text in files.values()):
        raise SettingsError(
            f"{len(files)} files, the longest of "
            f"{max(map(len, files.values())):,} characters, are too much.",
            f"At most {_MOST_FILES} of {_LONGEST_FILE:,} characters are needed.",
        )
    own = {
        name
        for one in workspace.record.agents.proposals.all()
        if one.answer and one.answer.is_accepted
        for name in one.files
    }
    for name in files:
        if not _FILE.fullmatch(name) or _is_elsewhere(workspace.folder, name):
            raise NotAllowedError(
                f"{name!r} is not a file that an agent may propose.",
                "Small letters, digits and underlines, ending in .py, .txt or .md, are needed, "
                "and a name that no installed module has.",
                "For example: agent_models.py",
            )
        if (workspace.folder / name).exists() and name not in own:
            raise NotAllowedError(
                f"{name!r} is there, and no agent wrote it.",
                "An agent may replace what it proposed before.",
                "Choose another name.",
            )


def _is_elsewhere(folder: Path, name: str) -> bool:
    """Whether a module of this name is installed, which the file would stand in for."""
    module = name.removesuffix(".py")
    if module == name:
        return False
    elsewhere = [one for one in sys.path if one and Path(one).resolve() != folder.resolve()]
    return (
        module == "leadline"
        or module in sys.stdlib_module_names
        or PathFinder.find_spec(module, elsewhere) is not None
    )
