"""Prompt of a machine that labels, and whether a verdict on it still holds."""

from __future__ import annotations

from collections.abc import Iterable
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


def why_changed(verdict: Delegation, model: str, guidelines: int | None, prompt: str) -> str:
    """What has changed since a verdict, so that it no longer holds; empty if nothing has.

    Parameters
    ----------
    verdict : Delegation
        On a machine.
    model, prompt : str
        What answers now, and the digest of what it is told.
    guidelines : int or None
        Version that it is told.
    """
    if verdict.model != model:
        return f"the model is {model!r} now; it was {verdict.model!r}"
    if verdict.guidelines != guidelines:
        return f"the guidelines are of version {guidelines or 'none'} now"
    if verdict.prompt != prompt:
        return "what it is told, the question or the classes, has changed"
    return ""
