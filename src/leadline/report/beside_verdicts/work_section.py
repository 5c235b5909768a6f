"""The work on ship and watch in a report: sentences, and tables of estimates."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.report.text_table import Table


@dataclass(frozen=True)
class WorkSection:
    """What a report says of the work.

    Attributes
    ----------
    sentences : tuple of str
        When it will be done, and how well estimates did.
    tables : tuple of Table
        What there is to do, and what was estimated beside what it took.
    """

    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
