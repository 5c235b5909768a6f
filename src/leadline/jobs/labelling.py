"""train / labelling: count what people voted here, what it cost, and whether they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.gather.voting import vote_counts, vote_table
from leadline.phases import labelling as phase
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.verdict import Bounds
from leadline.stats.agreement import krippendorff_alpha, pairwise_agreement
from leadline.stats.interval import wilson_interval
from leadline.stats.votes import majority_value

if TYPE_CHECKING:
    from leadline.gather.progress import Report
    from leadline.phases.labelling import Labelling
    from leadline.record import Reading
    from leadline.workspace import Workspace


def run(workspace: Workspace, reading: Reading, report: Report) -> Labelling:
    """Summarise the votes given so far."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    report("counting votes", None)
    votes = workspace.record.votes()
    by_item: dict[str, list[str]] = {}
    for vote in votes:
        if vote.value is not None:
            by_item.setdefault(vote.item, []).append(vote.value)
    decided = sum(majority_value(values) is not None for values in by_item.values())
    n_votes = sum(len(values) for values in by_item.values())
    alpha, agreement = None, None
    n_most, n_repeated = vote_counts(votes)
    if n_repeated.size:
        alpha = krippendorff_alpha(vote_table(votes))
        share = pairwise_agreement(n_most, n_repeated)
        bounds = wilson_interval(round(share * n_repeated.size), int(n_repeated.size))
        agreement = Bounds(estimate=share, low=bounds.low, high=bounds.high)
    prices = workspace.settings.prices
    return phase.assess(
        phase.Evidence(
            n_given=data.n_rows - data.n_voted,
            n_voted=len(by_item),
            n_votes=n_votes,
            n_unsure=sum(vote.value is None for vote in votes),
            n_judges=len({vote.judge for vote in votes}),
            n_undecided=len(by_item) - decided,
            seconds=sum(vote.seconds for vote in votes),
            cost=len(votes) * prices.label_cost / prices.votes_per_label,
            currency=problem.currency,
            alpha=alpha,
            agreement=agreement,
        )
    )
