"""Proposals of an agent: changes to `leadline.toml` and files beside it, which a person accepts.

Nothing is written before. A person sees the diff, and the code: what is accepted is run with the
rights of the project, as a colleague's would be.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff
from importlib.machinery import PathFinder
from pathlib import Path

from leadline.errors import NotAllowedError, OutdatedAnswerError, SettingsError
from leadline.phases.permissions import Action
from leadline.record import AgentProposal, ChangeKind, ChangeNote, ProposalKind
from leadline.record.agents.agent_proposals import Proposed
from leadline.services.identity.permission import acting, require
from leadline.services.settings_form.owned_keys import OWNED
from leadline.services.settings_form.settings_change import write_settings
from leadline.services.settings_form.toml_edit import with_values
from leadline.settings import parse_settings
from leadline.workspace import Workspace, find_settings

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
_GUIDELINES = "labels.guidelines"
_FILE = re.compile(r"[a-z][a-z0-9_]{0,59}\.(py|txt|md)")
_HARMLESS = "\n\t\u200c\u200d"  # joiners: some languages and emoji are written with them
_LONGEST_FILE, _MOST_FILES, _LONGEST_WHY = 100_000, 5, 2_000


@dataclass(frozen=True)
class ProposalView:
    """A proposal, and what became of it.

    Attributes
    ----------
    number : int
        Its number.
    agent, kind, why : str
        Who proposes what, and why.
    diff : str
        What `leadline.toml` and the files beside it would say, as a diff against now; empty once
        it is answered.
    state : str
        open, accepted or declined.
    answered_by, reason : str
        Who answered, and why; empty while nobody has.
    """

    number: int
    agent: str
    kind: str
    why: str
    diff: str
    state: str
    answered_by: str
    reason: str


def propose_change(
    workspace: Workspace,
    agent: str,
    kind: str,
    why: str,
    changes: Mapping[str, Proposed],
    files: Mapping[str, str],
) -> ProposalView:
    """Keep a proposal, for a person to accept or decline; one that waits already is kept once.

    Parameters
    ----------
    workspace : Workspace
        With the agent at work.
    agent : str
        Who proposes.
    kind : str
        features, candidate, prompt or settings.
    why : str
        The reason.
    changes : mapping of str to value
        Key of `leadline.toml`, such as "find.families", to what it shall say.
    files : mapping of str to str
        Name of a file beside `leadline.toml` to its text.

    Raises
    ------
    SettingsError
        If nothing would change, or the settings could not be loaded, in the loader's words.
    NotAllowedError
        If a key or a file is not an agent's to propose.
    """
    require(workspace, Action.RUN)
    if kind not in set(ProposalKind):
        raise SettingsError(
            f"{kind!r} is no kind of proposal.", f"One of {', '.join(ProposalKind)} is needed."
        )
    if not why.strip() or len(why) > _LONGEST_WHY:
        raise SettingsError(
            "The reason is missing or too long.", f"1 to {_LONGEST_WHY:,} characters are needed."
        )
    _require_visible(why, *files.values(), *_texts_of(changes))
    for key in changes:
        _require_open(key)
    _require_beside(changes.get(_GUIDELINES, ""))
    _require_files(workspace, files)
    if not _diff(workspace, changes, files):
        raise SettingsError("Nothing would change.", "A change or a file is needed.")
    for known in workspace.record.agents.proposals.all():
        asked = (known.agent, known.changes, known.files)
        if known.answer is None and asked == (agent, changes, files):
            return _view(workspace, known)
    made = workspace.record.agents.proposals.add(
        agent, ProposalKind(kind), why.strip(), changes, files
    )
    return _view(workspace, made)


def proposals(workspace: Workspace, agent: str | None = None) -> tuple[ProposalView, ...]:
    """Proposals of one agent, or all; the newest first."""
    require(workspace, Action.VIEW)
    found = workspace.record.agents.proposals.all()
    return tuple(
        _view(workspace, one) for one in reversed(found) if agent is None or one.agent == agent
    )


def answer_proposal(
    workspace: Workspace, number: int, *, is_accepted: bool, why: str = "", by: str
) -> ProposalView:
    """Accept or decline a proposal; what is accepted is written.

    Parameters
    ----------
    workspace : Workspace
        The project.
    number : int
        Of the proposal.
    is_accepted : bool
        Yes or no.
    why : str, default=""
        The reason, which the agent reads.
    by : str
        The person who answers.

    Raises
    ------
    NotAllowedError
        If the person's role may not, or may not change one of the keys.
    RecordError
        If there is no such proposal, or it was answered.
    SettingsError
        If the settings could not be loaded with it any more.
    """
    workspace, person = acting(workspace, Action.AGENTS, by, "the answer")
    asked = workspace.record.agents.proposals.get(number)
    if is_accepted and any(_is_managers(key) for key in asked.changes):
        require(workspace, Action.SETTINGS)
    path = find_settings(workspace.folder)
    text, then = _texts(path, asked.changes) if is_accepted else ("", "")

    def write() -> None:
        if not is_accepted:
            return
        _require_files(workspace, asked.files)
        if path.read_bytes().decode("utf-8-sig") != text:
            raise OutdatedAnswerError(
                f"{path.name} was changed at the same moment.",
                "Nothing was written.",
                "Look at the proposal again, then answer it.",
            )
        for name, body in asked.files.items():
            _write_file(workspace.folder / name, body)
        if then != text:
            write_settings(path, then)

    workspace.record.agents.proposals.answer(
        number, is_accepted=is_accepted, why=why.strip(), by=person, change=write
    )
    if then != text:
        body = f"Proposal {number} of agent {asked.agent}.\n" + "\n".join(
            _lines(path.name, text, then)
        )
        workspace.record.change_notes.add(ChangeNote(ChangeKind.SETTINGS, path.name, body, person))
    return _view(workspace, workspace.record.agents.proposals.get(number))


def _require_open(key: str) -> None:
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


def _require_beside(guidelines: Proposed) -> None:
    """Refuse guidelines that lie elsewhere: they are shown to annotators, and sent to machines."""
    if guidelines and not (isinstance(guidelines, str) and _FILE.fullmatch(guidelines)):
        raise NotAllowedError(
            f"{guidelines!r} is not a file that an agent may name.",
            "Guidelines of an agent lie beside leadline.toml.",
            "For example: guidelines.md, with its text under 'files'.",
        )


def _texts_of(changes: Mapping[str, Proposed]) -> list[str]:
    values = (one if isinstance(one, list) else [one] for one in changes.values())
    return [each for one in values for each in one if isinstance(each, str)]


def _require_visible(*texts: str) -> None:
    """Refuse characters that hide or move others: a person must see what there is to accept."""
    for each in sorted(set().union(*texts)):
        kind = unicodedata.category(each)
        if each not in _HARMLESS and kind in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            raise SettingsError(
                f"There is a character that cannot be seen: U+{ord(each):04X}.",
                "A person must see all that is proposed.",
                "Leave it out; lines end in U+000A.",
            )


def _require_files(workspace: Workspace, files: Mapping[str, str]) -> None:
    """Refuse names that are none, texts that are too long, and files that people wrote."""
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


def _is_managers(key: str) -> bool:
    section, _, name = key.partition(".")
    return name in OWNED.get(section, ())


def _texts(path: Path, changes: Mapping[str, Proposed]) -> tuple[str, str]:
    """The settings now and then; refused where they could not be loaded."""
    text = path.read_bytes().decode("utf-8-sig")
    parted = {(key.partition(".")[0], key.partition(".")[2]): v for key, v in changes.items()}
    then = with_values(text, parted) if parted else text
    parse_settings(path, then)
    return text, then


def _diff(
    workspace: Workspace, changes: Mapping[str, Proposed], files: Mapping[str, str]
) -> tuple[str, ...]:
    path = find_settings(workspace.folder)
    is_person = workspace.actor is None or Action.AGENTS in workspace.actor.may
    # the line beside may be of a section with secrets, which is not an agent's to see
    lines = _lines(path.name, *_texts(path, changes), n_around=1 if is_person else 0)
    for name, body in files.items():
        place = workspace.folder / name
        before = place.read_text(encoding="utf-8") if place.exists() else ""
        lines += _lines(name, before, body)
    return tuple(lines)


def _lines(name: str, before: str, after: str, n_around: int = 1) -> list[str]:
    return list(
        unified_diff(
            before.splitlines(),
            after.splitlines(),
            name,
            name,
            lineterm="",
            n=n_around,
        )
    )


def _write_file(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _view(workspace: Workspace, one: AgentProposal) -> ProposalView:
    said = one.answer
    diff = "" if said else _shown_diff(workspace, one)
    state = "open" if said is None else "accepted" if said.is_accepted else "declined"
    return ProposalView(
        number=one.number,
        agent=one.agent,
        kind=one.kind.value,
        why=one.why,
        diff=diff,
        state=state,
        answered_by=said.by if said else "",
        reason=said.why if said else "",
    )


def _shown_diff(workspace: Workspace, one: AgentProposal) -> str:
    """The diff against now; where the settings have moved on, why it fits no more."""
    try:
        return "\n".join(_diff(workspace, one.changes, one.files))
    except SettingsError as error:
        return f"It no longer fits: {error}"
