"""Brief of a stage in a report: what the evidence speaks for, and what each choice costs."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.report.text_table import Table


@dataclass(frozen=True)
class BriefSection:
    """What stands at the head of a stage's chapter.

    Attributes
    ----------
    stage : str
        The stage.
    facts : tuple of (str, str)
        What is told of the stage, and the words.
    of_project : tuple of (str, str)
        What is told of the project; the same for every stage.
    choices : Table
        What going on, going back and stopping cost and change.
    warnings : tuple of str
        The gravest first.
    """

    stage: str
    facts: tuple[tuple[str, str], ...]
    of_project: tuple[tuple[str, str], ...]
    choices: Table
    warnings: tuple[str, ...]
