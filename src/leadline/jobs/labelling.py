"""Labelling job: counts of votes, their cost, and agreement between annotators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.labelling.annotators import (
    agreement_bounds_of,
    annotator_reports,
    ceiling,
    most_disputed,
    pilots,
    targets,
)
from leadline.labelling.gold import read_gold
from leadline.labelling.item_pool import keys_of, line_of
from leadline.labelling.vote_table import labels_of, vote_counts, vote_table
from leadline.phases import labelling as phase
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.snapshot import from_parquet
from leadline.stats.labels.agreement import krippendorff_alpha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.jobs import Report
    from leadline.phases.labelling import Labelling
    from leadline.record import Reading, Vote
    from leadline.workspace import Workspace

_MILLION = 1e6


def run(workspace: Workspace, reading: Reading, report: Report) -> Labelling:
    """Summarise the votes given so far."""
    problem, data = reading.of(Problem), reading.of(Data)
    report("counting votes", None)
    record, settings = workspace.record, workspace.settings
    votes = record.labels.votes.plain()
    voted = {vote.item for vote in votes if vote.value is not None}
    by_majority = labels_of(votes)
    weighed = labels_of(votes, "dawid-skene")
    n_most, n_repeated = vote_counts(votes)
    is_binary = problem.task is Task.BINARY
    adjudicated = record.labels.adjudications.labels()
    priced, n_unpriced = record.labels.votes.paid()
    return phase.assess(
        phase.Evidence(
            n_given=data.n_rows - data.n_voted,
            n_voted=len(voted),
            n_votes=sum(vote.value is not None for vote in votes),
            n_unsure=sum(vote.value is None for vote in votes),
            n_judges=len({vote.annotator for vote in votes}),
            n_undecided=len(voted - by_majority.keys() - adjudicated.keys()),
            n_adjudicated=len(adjudicated),
            n_left_out=sum(label is None for label in adjudicated.values()),
            n_all_unsure=len(adjudicated.keys() - voted),
            seconds=sum(vote.seconds for vote in votes),
            cost=priced / _MILLION + n_unpriced * settings.prices.vote_cost,
            currency=problem.currency,
            alpha=krippendorff_alpha(vote_table(votes)) if n_repeated.size else None,
            agreement=agreement_bounds_of(n_most, n_repeated) if n_repeated.size else None,
            rule=settings.labels.rule,
            n_overruled=sum(weighed[item] != label for item, label in by_majority.items()),
            ceiling=ceiling(votes, problem.positive) if is_binary else None,
            targets=targets(votes, problem.positive) if is_binary else (),
            judges=annotator_reports(
                votes,
                record.labels.votes.gold(),
                read_gold(workspace, data, problem.label).labels or {},
                record.labels.votes.repeats(),
            ),
            disputed=most_disputed(votes, _shown(workspace, data, votes)),
            pilots=pilots(votes),
        )
    )


def _shown(workspace: Workspace, data: Data, votes: Sequence[Vote]) -> dict[str, str]:
    """The rows that were voted on, each in a line."""
    wanted = {vote.item for vote in votes}
    found: dict[str, str] = {}
    for digest in filter(None, (data.unlabelled, data.snapshot)):
        frame = from_parquet(workspace.artifacts.get(digest))
        for row, key in enumerate(keys_of(frame, data)):
            if key in wanted:
                found.setdefault(key, line_of(frame, list(data.features), row))
    return found
