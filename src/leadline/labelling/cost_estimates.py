"""Labelling costs: settings, and the pace and disagreement measured since."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from leadline.evaluation.budget import spent_on_machines
from leadline.phases.curve import Curve
from leadline.phases.data import Data, SplitKind
from leadline.phases.forecast.costs import LabellingCosts
from leadline.phases.labelling import Labelling
from leadline.phases.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.phases.forecast import Forecast
    from leadline.record import Vote
    from leadline.workspace import Workspace

# standard error of the logarithm of a pace that was guessed before anybody had labelled
_GUESSED = 0.35
_FEWEST_TIMED = 10


def labelling_costs(workspace: Workspace, forecast: Forecast) -> LabellingCosts:
    """Read the costs, with people's pace and disagreement as measured where they have labelled.

    Parameters
    ----------
    workspace : Workspace
        The project.
    forecast : Forecast
        Says which rows there are and what is spent on labels.
    """
    prices, labels = workspace.settings.prices, workspace.settings.labels
    votes = workspace.record.labels.votes.plain()
    vote_s, log_stderr = _pace(votes, prices.seconds_per_label)
    n_agreed, n_disagreed = _agreement(votes)
    return LabellingCosts(
        n_available=forecast.n_available,
        train_share=forecast.train_share,
        vote_cost=prices.vote_cost,
        vote_s=vote_s,
        log_vote_s_stderr=log_stderr,
        n_first=labels.votes,
        # one person alone disagrees with nobody
        n_most=max(labels.votes, labels.most_votes) if labels.votes > 1 else labels.votes,
        hidden=labels.hidden_share,
        n_agreed=n_agreed,
        n_disagreed=n_disagreed,
        people=prices.people,
        hours_per_day=prices.hours_per_day,
        machine_per_hour=prices.machine_per_hour,
        run_s=_run_s(workspace),
        time_box_s=workspace.settings.problem.time_box_s,
        spent=max(forecast.spent, _spent_now(workspace)),
        # where all rounds are over, a plan shows the effect of one more
        n_rounds=max(forecast.rounds_left, 1),
        row_cost=prices.row / _train_part(workspace),
    )


def _spent_now(workspace: Workspace) -> float:
    """Money for labels and for machines, language models that labelled since among them."""
    labelling = workspace.record.latest_of(Labelling)
    on_labels = 0.0 if labelling is None else labelling.cost
    return on_labels + spent_on_machines(workspace)


def _train_part(workspace: Workspace) -> float:
    """Part of the rows brought in that falls on the train side; later rows all do."""
    data = workspace.record.latest_of(Data)
    if data is None or data.split.kind is SplitKind.TIME:
        return 1.0
    return 1 - data.split.test_share


def _pace(votes: Sequence[Vote], guessed: float) -> tuple[float, float]:
    """Mean seconds of a vote, and the standard error of its logarithm."""
    seconds = np.array([vote.seconds for vote in votes if vote.seconds > 0])
    if seconds.size < _FEWEST_TIMED:
        return guessed, _GUESSED
    mean = float(np.mean(seconds))
    # people differ more than their votes do, so each counts as one observation too
    judges = len({vote.annotator for vote in votes})
    scatter = float(np.std(np.log(seconds)))
    stderr = scatter * (1 / seconds.size + 1 / (4 * judges)) ** 0.5
    return mean, min(stderr, _GUESSED)


def _agreement(votes: Sequence[Vote]) -> tuple[float, float]:
    """Rows on which the first two people agreed, and disagreed."""
    values: dict[str, list[str]] = defaultdict(list)
    for vote in votes:
        if vote.value is not None:
            values[vote.item].append(vote.value)
    pairs = [given[:2] for given in values.values() if len(given) >= 2]
    n_agreed = sum(first == second for first, second in pairs)
    return float(n_agreed), float(len(pairs) - n_agreed)


def _run_s(workspace: Workspace) -> float:
    """Machine seconds of the last search and the last curve."""
    search, curve = (workspace.record.latest(row) for row in ("search", "curve"))
    seconds = 0.0
    if search is not None and isinstance(search.verdict, Search):
        seconds += search.verdict.spent_s
    if curve is not None and isinstance(curve.verdict, Curve):
        seconds += curve.verdict.spent_s
    return seconds
