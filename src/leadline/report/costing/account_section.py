"""The accounts of a project in a report: what it has cost, and where it was when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leadline.charts.picture_cache import Drawing
from leadline.report.text_table import Table


@dataclass(frozen=True)
class AccountSection:
    """What a report says of money, or of time.

    Attributes
    ----------
    title : str
        Its heading.
    sentences : tuple of str
        What the numbers say.
    tables : tuple of Table
        The numbers.
    draw : callable
        Gives the same drawn; None where there is nothing to draw.
    """

    title: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    draw: Callable[[], Drawing | None]


@dataclass(frozen=True)
class Accounts:
    """Money and time of a project.

    Attributes
    ----------
    cost : str
        What it has cost, in a sentence, for the title page.
    sections : tuple of AccountSection
        In the order of the report.
    """

    cost: str
    sections: tuple[AccountSection, ...]
