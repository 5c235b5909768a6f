"""Judgments of the real stream made elsewhere: a file, taken in whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leadline.errors import DataError, SettingsError
from leadline.phases.permissions import Action
from leadline.reading.file_forms.raw import IN_FILE
from leadline.reading.table import ReadingOptions, read_tables
from leadline.services.commands.label import possible
from leadline.services.commands.review import judge, tuning_shown
from leadline.services.identity.permission import acting
from leadline.services.labelling.worklist import work_of
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.workspace import Workspace

_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})
_PLAIN = ReadingOptions(images=None, odd_cells="words", trim=IN_FILE)


def judge_file(workspace: Workspace, path: Path, by: str) -> int:
    """Take in judgments made elsewhere: all of them, or none.

    Parameters
    ----------
    workspace : Workspace
        The project.
    path : Path
        A file with the columns ``row`` and ``is_positive``: yes or no; empty where unsure. Where
        the question is not one of yes or no, ``value``: the class or the number. They are called
        ``leadline_row`` and so on where the data have such columns.
    by : str
        Who judged.

    Returns
    -------
    int
        Judgments taken in.

    Raises
    ------
    DataError
        If a column is missing, a row comes twice, or a value is neither yes nor no, no class, or
        no number.
    NotReadyError
        If nothing has been drawn for judging.
    SettingsError
        If a row was not drawn for judging.
    """
    workspace, by = acting(workspace, Action.JUDGE, by, "the judgments")
    # the columns of the rows are not looked at, so nothing in them is refused
    table = read_tables([path], options=_PLAIN)
    frame = table.frame
    entry = workspace.record.latest("tuning")
    number = entry.number if entry else 0
    tuning = tuning_shown(workspace, number)
    answer = "is_positive" if tuning.plain is None else "value"
    ours = [
        f"leadline_{name}" if f"leadline_{name}" in frame.columns else name
        for name in ("row", answer)
    ]
    missing = set(ours) - set(frame.columns)
    if missing:
        raise DataError(
            f"{path.name} has no column {min(missing)!r}.",
            f"The columns 'row' and {answer!r} are needed.",
            "'leadline export rows FILE' writes a file to fill in.",
        )
    drawn = set(rows_to_judge(workspace.artifacts, tuning))
    judged: list[tuple[int, bool | None, str | None]] = []
    seen: set[object] = set()
    for place, (row, said) in enumerate(frame.select(ours).iter_rows()):
        where = table.place(place)
        if row in seen:
            raise DataError(
                f"{where}: row {row} has an answer above.",
                "One answer a row is needed.",
                "Nothing was taken in: mend the file and try again.",
            )
        seen.add(row)
        if tuning.plain is None:
            judged.append((_drawn_row(row, drawn), _yes_or_no(said, where), None))
        else:
            judged.append((_drawn_row(row, drawn), None, _named(workspace, said, where)))
    for row, is_positive, value in judged:
        judge(workspace, number, row, is_positive, by, 0.0, value=value)
    return len(judged)


def judge_rows(
    workspace: Workspace, answers: Mapping[int, bool | str | float | None], by: str
) -> int:
    """Take in judgments of some rows: all of them, or none.

    Parameters
    ----------
    workspace : Workspace
        The project.
    answers : mapping of int to bool, str, float or None
        Row of the stream to whether it is a real case; where the question is not one of yes or no,
        to the class or the number. None if unsure.
    by : str
        Who judged.

    Returns
    -------
    int
        Judgments taken in.

    Raises
    ------
    NotReadyError
        If nothing has been drawn for judging.
    SettingsError
        If a row was not drawn for judging, or an answer does not fit the question.
    """
    workspace, by = acting(workspace, Action.JUDGE, by, "the judgments")
    entry = workspace.record.latest("tuning")
    number = entry.number if entry else 0
    tuning = tuning_shown(workspace, number)
    drawn = set(rows_to_judge(workspace.artifacts, tuning))
    judged: list[tuple[int, bool | None, str | None]] = []
    for row, said in answers.items():
        place = f"Row {row}"
        if tuning.plain is None:
            judged.append((_drawn_row(row, drawn), _yes_or_no(said, place), None))
        else:
            judged.append((_drawn_row(row, drawn), None, _named(workspace, said, place)))
    for row, is_positive, value in judged:
        judge(workspace, number, row, is_positive, by, 0.0, value=value)
    return len(judged)


def _named(workspace: Workspace, value: object, place: str) -> str | None:
    """A class or a number in a file, as the record spells it."""
    if value is None:
        return None
    try:
        return possible(workspace, work_of(workspace), str(value))
    except SettingsError as error:
        raise DataError(
            f"{place}: {error.found}",
            error.needed,
            "Nothing was taken in: mend the file and try again.",
        ) from None


def _drawn_row(value: object, drawn: set[int]) -> int:
    if value not in drawn:
        raise SettingsError(
            "A judgment names no row."
            if value is None
            else f"Row {value} was not drawn for judging.",
            "Rows are drawn by chance, or the estimates would lean.",
            "'leadline export rows FILE' writes the rows that were drawn.",
        )
    assert isinstance(value, int)
    return value


def _yes_or_no(value: object, place: str) -> bool | None:
    if value is None:
        return None
    text = str(value).strip().lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise DataError(
        f"{place}: is_positive is {str(value)[:40]!r}.",
        "yes, no or nothing is needed.",
        "Nothing was taken in: mend the file and try again.",
    )
