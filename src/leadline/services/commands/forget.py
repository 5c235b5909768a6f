"""Forgetting a person: their rows are deleted for good, and that it was done is on the record."""

from __future__ import annotations

from collections.abc import Collection

from leadline.errors import SettingsError
from leadline.monitoring.forgotten_rows import forget_rows
from leadline.monitoring.served_rows import log_place
from leadline.phases.permissions import Action
from leadline.record import Erasure
from leadline.services.identity.permission import acting
from leadline.serving.logs.forgotten_lines import forget_lines
from leadline.workspace import Workspace


def forget(
    workspace: Workspace, keys: Collection[str], why: str, by: str, *, is_trial: bool = False
) -> Erasure:
    """Delete rows from kept blocks, label requests, page labels and the log of served rows.

    Parameters
    ----------
    workspace : Workspace
        The project.
    keys : collection of str
        Names of rows: as the column of ``[watch] key`` holds them, or ids of served requests.
    why, by : str
        The reason, and who.
    is_trial : bool, default=False
        Whether rows are counted only; then nothing is on the record.

    Returns
    -------
    Erasure
        How many rows that were; as it is on the record, which holds none of the keys.

    Raises
    ------
    SettingsError
        If no key, no reason or nobody is named.
    """
    workspace, person = acting(workspace, Action.FORGET, by, "the erasure")
    names = {key.strip() for key in keys} - {""}
    if not names:
        raise SettingsError(
            "No row is named.", "Rows are known by their keys.", "leadline forget KEY --why REASON"
        )
    if not why.strip():
        raise SettingsError(
            "The erasure has no reason.", "It is kept with who and when.", "Say it: --why REASON."
        )
    rows = forget_rows(workspace, names, is_trial=is_trial)
    column = workspace.settings.watch.key
    n_lines = forget_lines(log_place(workspace), names, column, is_trial=is_trial)
    erasure = Erasure(
        person=person,
        why=why.strip(),
        n_keys=len(names),
        n_rows=rows.n_rows,
        n_blocks=rows.n_blocks,
        n_lines=n_lines,
        n_labels=rows.n_labels,
    )
    if not is_trial:
        workspace.record.erasures.add(erasure)
    return erasure
