"""Prompt of a machine that labels, and whether a verdict on it still holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from leadline.engines.language_models import TEMPLATE, Prompt
from leadline.errors import SettingsError

if TYPE_CHECKING:
    from leadline.phases.delegation import Delegation
    from leadline.phases.problem import Problem
    from leadline.record import Guidelines
    from leadline.workspace import Workspace

_LONGEST = 200_000


def guidelines_of(workspace: Workspace) -> Guidelines | None:
    """The guidelines as they are now; a text that is new is kept as a new version.

    Raises
    ------
    SettingsError
        If the file named under [labels] cannot be read.
    """
    name = workspace.settings.labels.guidelines
    if not name:
        return None
    try:
        text = workspace.path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The guidelines {name!r} cannot be read: {error}.",
            "A file of text in UTF-8 is needed.",
            "Correct [labels] guidelines in leadline.toml, or the file.",
        ) from None
    if len(text) > _LONGEST:
        raise SettingsError(
            f"The guidelines {name!r} have {len(text):,} characters.",
            f"Nobody reads more than {_LONGEST:,} while labelling.",
            "Shorten them, or name another file under [labels] guidelines.",
        )
    return workspace.record.labels.guidelines.keep(text) if text.strip() else None


def prompt_of(problem: Problem, classes: Iterable[str], guidelines: Guidelines | None) -> Prompt:
    """What a machine is told: what people are told, and no row with its label.

    Parameters
    ----------
    problem : Problem
        The question.
    classes : iterable of str
        The labels there are; none where a number is predicted.
    guidelines : Guidelines or None
        As people read them.
    """
    question = problem.question or f"What is {problem.label} here?"
    told = [question, guidelines.text if guidelines else ""]
    return Prompt(TEMPLATE, "\n\n".join(filter(None, told)), tuple(sorted(classes)))


@dataclass(frozen=True)
class MachineSetup:
    """What a machine's answers depend on: while it is the same, a verdict on them holds.

    Attributes
    ----------
    model, address, client : str
        What answers, where it is asked, and by which interface.
    prompt : Prompt
        What it is told before each row.
    guidelines : int or None
        Version that it is told.
    features : mapping of str to str
        Column to kind: what it is told of a row.
    """

    model: str
    address: str
    client: str
    prompt: Prompt
    guidelines: int | None
    features: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """What it is told of a row, in this order."""
        return tuple(self.features)

    @property
    def digest(self) -> str:
        """Digest of prompt, address, interface and columns, under which votes are kept.

        What another server said, or what was said of other columns, is no vote of this setup.
        """
        told = [self.prompt.digest, self.address, self.client, dict(self.features)]
        return sha256(json.dumps(told).encode()).hexdigest()


def why_changed(verdict: Delegation, now: MachineSetup) -> str:
    """What has changed since a verdict, so that it no longer holds; empty if nothing has."""
    if verdict.model != now.model:
        return f"the model is {now.model!r} now; it was {verdict.model!r}"
    if verdict.address and verdict.address != now.address:
        return f"it is asked at {now.address} now; it was at {verdict.address}"
    if verdict.guidelines != now.guidelines:
        return f"the guidelines are of version {now.guidelines or 'none'} now"
    if verdict.columns and verdict.columns != now.columns:
        return _changed_columns(verdict.columns, now.columns)
    if verdict.prompt != now.digest:
        return "what it is told, the question, the classes or the columns, has changed"
    return ""


def _changed_columns(before: tuple[str, ...], now: tuple[str, ...]) -> str:
    more = [name for name in now if name not in before]
    fewer = [name for name in before if name not in now]
    said = [
        *(f"it is told {name!r} of a row now" for name in more),
        *(f"it is not told {name!r} of a row any more" for name in fewer),
    ]
    return ", ".join(said) or "the columns of a row are told in another order"
