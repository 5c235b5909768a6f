"""Proposals of an agent: changes to `leadline.toml` and files beside it, which a person accepts.

Nothing is written before. A person sees the diff, and the code: what is accepted is run with the
rights of the project, as a colleague's would be.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from leadline.errors import OutdatedAnswerError, SettingsError
from leadline.phases.permissions import Action
from leadline.record import AgentProposal, ChangeKind, ChangeNote, ProposalKind
from leadline.record.agents.agent_proposals import Proposed
from leadline.services.agents.proposal_limits import (
    GUIDELINES,
    require_beside,
    require_files,
    require_open,
    require_visible,
    texts_of,
)
from leadline.services.identity.permission import acting, require
from leadline.services.settings_form.owned_keys import OWNED
from leadline.services.settings_form.settings_change import write_settings
from leadline.services.settings_form.toml_edit import with_values
from leadline.settings import parse_settings
from leadline.workspace import Workspace, find_settings

_LONGEST_WHY = 2_000
_MARK_LENGTH = 12


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

    @property
    def digest(self) -> str:
        """Of the diff: whether an answer is to what is shown."""
        return hashlib.sha256(self.diff.encode()).hexdigest()

    @property
    def mark(self) -> str:
        """The head of the digest, for a command to be typed."""
        return self.digest[:_MARK_LENGTH]


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
    require_visible(why, *files.values(), *texts_of(changes))
    for key in changes:
        require_open(key)
    require_beside(changes.get(GUIDELINES, ""))
    require_files(workspace, files)
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
    workspace: Workspace,
    number: int,
    *,
    is_accepted: bool,
    why: str = "",
    by: str,
    seen: str = "",
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
    seen : str, default=""
        Digest of the diff that was looked at, or its mark; empty: the one of now.

    Raises
    ------
    NotAllowedError
        If the person's role may not, or may not change one of the keys.
    OutdatedAnswerError
        If what would change is no longer what was looked at.
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
    if is_accepted and seen:
        shown = _view(workspace, asked)
        if seen not in (shown.digest, shown.mark):
            raise _outdated(path.name)
    text, then = _texts(path, asked.changes) if is_accepted else ("", "")

    def write() -> None:
        if not is_accepted:
            return
        require_files(workspace, asked.files)
        if path.read_bytes().decode("utf-8-sig") != text:
            raise _outdated(path.name)
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


def _outdated(name: str) -> OutdatedAnswerError:
    return OutdatedAnswerError(
        f"{name}, or a file beside it, was changed meanwhile.",
        "Nothing was written.",
        "Look at the proposal again, then answer it.",
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
