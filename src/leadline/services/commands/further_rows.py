"""Request for more rows of the real stream to judge."""

from __future__ import annotations

from leadline.phases.permissions import Action
from leadline.services.commands.review import tuning_shown
from leadline.services.identity.permission import acting
from leadline.services.reviewing.later_draws import draw_more
from leadline.workspace import Workspace


def ask_for_more(workspace: Workspace, n: int, by: str, tuning: int | None = None) -> int:
    """Draw further rows for judging, placed by what was said so far.

    Parameters
    ----------
    workspace : Workspace
        The project.
    n : int from 1 to 500
        Rows wanted.
    by : str
        Who asks.
    tuning : int, optional
        Number of the tuning that the page showed.

    Returns
    -------
    int
        Rows drawn: fewer where the stream ends.

    Raises
    ------
    NotReadyError
        If rows drawn have no answer yet, or there are no more.
    OutdatedAnswerError
        If another tuning has since taken its place.
    SettingsError
        If `n` is not from 1 to 500, or nobody is named.
    """
    workspace, person = acting(workspace, Action.JUDGE, by, "the request")
    newest = workspace.record.latest("tuning")
    number = newest.number if newest else 0
    offered = tuning_shown(workspace, number if tuning is None else tuning)
    return draw_more(workspace, number, offered, n, person)
