"""Advice that can be followed: where a person can say which files, and which lines, are read."""

from __future__ import annotations

from enum import StrEnum

from leadline.errors import DataError


class Advice(StrEnum):
    """Where a person can say how a file is read."""

    PROJECT = "project"
    """With options when a project is made, and later in its settings."""
    COMMAND = "command"
    """With options of the command that reads the file."""
    FILE = "file"
    """Nowhere: the file itself has to be changed."""

    def said(self, what: str, name: str, value: object, otherwise: str = "") -> str:
        """What to do, and by which option or setting.

        Parameters
        ----------
        what : str
            What to do.
        name : str
            Of the setting under ``[data]``.
        value : object
            Of the setting.
        otherwise : str, default=""
            What to do where there is neither; empty: the same.

        Examples
        --------
        >>> Advice.PROJECT.said("Leave them out", "footer_rows", 1)
        'Leave them out: --footer-rows 1, or [data] footer_rows = 1.'
        >>> Advice.COMMAND.said("Leave them out", "footer_rows", 1)
        'Leave them out: --footer-rows 1.'
        >>> Advice.FILE.said("Leave them out", "footer_rows", 1)
        'Leave them out.'
        """
        if self is Advice.FILE:
            return f"{otherwise or what}."
        option = f"--{name.replace('_', '-')} {value}"
        setting = f", or [data] {name} = {value}" if self is Advice.PROJECT else ""
        return f"{what}: {option}{setting}."


def no_rows_below(name: str, skip_lines: int, advice: Advice) -> DataError:
    """The refusal of a file of which nothing is left below the lines that are skipped.

    Parameters
    ----------
    name : str
        The file's.
    skip_lines : int >= 0
        Lines that a person says stand above the header.
    advice : Advice
        Where they said so.
    """
    if not skip_lines:
        return DataError(f"{name} has no rows.", "Rows are needed.", "Export it again.")
    return DataError(
        f"{name} has nothing below the {skip_lines:,} lines that are left out.",
        "A header and rows below it are needed.",
        advice.said("Leave out fewer", "skip_lines", "N"),
    )
