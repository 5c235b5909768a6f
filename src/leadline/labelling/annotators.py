"""Annotator quality from votes: agreement, gold items, repeats, suspicions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from leadline.labelling.vote_table import CodedVotes, Ints, vote_counts
from leadline.phases.labelling import AnnotatorReport, Disputed, Pilot, Target
from leadline.phases.verdict import Bounds
from leadline.record import Vote
from leadline.stats.interval import wilson_interval
from leadline.stats.labels.agreement import pairwise_agreement
from leadline.stats.labels.annotators import (
    agreement_with_others,
    always_the_same,
    copied,
    too_fast,
)
from leadline.stats.labels.ceiling import agreement_ceiling, fit_beta_binomial

_MOST_DISPUTED = 10
_TARGETS = (1, 3, 5)
_FEWEST_REPEATED = 20


def annotator_reports(
    votes: Sequence[Vote],
    gold: Sequence[Vote],
    truth: Mapping[str, str],
    repeats: Sequence[Vote],
) -> tuple[AnnotatorReport, ...]:
    """Report on every annotator, those with most votes first.

    Parameters
    ----------
    votes : sequence of Vote
        Plain ones.
    gold : sequence of Vote
        Those on rows whose label is known.
    truth : mapping of str to str
        The known labels by item.
    repeats : sequence of Vote
        Second answers to rows answered before.
    """
    coded = CodedVotes.of(votes)
    if not coded.item.size:
        return ()
    agreed = agreement_with_others(coded.item, coded.annotator, coded.label)
    shares = {coded.annotators[j]: s for j, s in zip(agreed.annotators, agreed.shares, strict=True)}
    first = {(vote.annotator, vote.item): vote.value for vote in votes}
    suspected = _suspicions(coded, votes)
    reports = [
        AnnotatorReport(
            name=name,
            n_votes=int(n_votes),
            agreement=None if np.isnan(shares[name]) else float(shares[name]),
            seconds=float(np.median([vote.seconds for vote in votes if vote.annotator == name])),
            **_hidden(name, gold, truth, repeats, first),
            suspicions=tuple(suspected[name]),
        )
        for name, n_votes in zip(coded.annotators, agreed.n_votes, strict=True)
    ]
    return tuple(sorted(reports, key=lambda report: -report.n_votes))


def _hidden(
    name: str,
    gold: Sequence[Vote],
    truth: Mapping[str, str],
    repeats: Sequence[Vote],
    first: Mapping[tuple[str, str], str | None],
) -> dict[str, int]:
    """Counts of one annotator's gold items and repeats."""
    known = [vote for vote in gold if vote.annotator == name and vote.item in truth]
    again = [vote for vote in repeats if vote.annotator == name and (name, vote.item) in first]
    return {
        "n_gold": len(known),
        "n_right": sum(vote.value == truth[vote.item] for vote in known),
        "n_repeats": len(again),
        "n_same": sum(vote.value == first[name, vote.item] for vote in again),
    }


def _suspicions(coded: CodedVotes, votes: Sequence[Vote]) -> dict[str, list[str]]:
    """Signs of careless or copied answers, by annotator."""
    found: dict[str, list[str]] = defaultdict(list)
    timed = [vote for vote in votes if vote.value is not None]
    for code in too_fast(coded.annotator, [vote.seconds for vote in timed]):
        found[coded.annotators[code]].append("answers in less than a third of the others' time")
    for code in always_the_same(coded.annotator, coded.label):
        found[coded.annotators[code]].append(
            "gives nearly always the same label, unlike the others"
        )
    for one, other in copied(coded.item, coded.annotator, coded.label):
        pair = coded.annotators[one], coded.annotators[other]
        for name, with_whom in (pair, pair[::-1]):
            found[name].append(f"errs together with {with_whom}: one may have copied")
    return found


def most_disputed(votes: Sequence[Vote], shown: Mapping[str, str]) -> tuple[Disputed, ...]:
    """The rows on which people are most divided, those with more votes first."""
    by_item: dict[str, Counter[str]] = defaultdict(Counter)
    for vote in votes:
        if vote.value is not None:
            by_item[vote.item][vote.value] += 1
    divided = {item: counts for item, counts in by_item.items() if len(counts) > 1}
    ranked = sorted(divided.items(), key=_division, reverse=True)[:_MOST_DISPUTED]
    return tuple(
        Disputed(item=item, votes=tuple(counts.most_common()), shown=shown.get(item, ""))
        for item, counts in ranked
    )


def _division(given: tuple[str, Counter[str]]) -> tuple[float, int]:
    """Share of pairs of votes that differ, and how many votes there are."""
    counts = given[1]
    n = counts.total()
    same = sum(count * (count - 1) for count in counts.values())
    return 1 - same / (n * (n - 1)), n


def pilots(votes: Sequence[Vote]) -> tuple[Pilot, ...]:
    """Agreement by the version of the guidelines that was at hand."""
    by_version: dict[int, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_version[vote.guidelines or 0].append(vote)
    found = []
    for version, given in sorted(by_version.items()):
        n_most, n_votes = vote_counts(given)
        if n_votes.size:
            agreement = agreement_bounds_of(n_most, n_votes)
            found.append(Pilot(version=version, n_items=int(n_votes.size), agreement=agreement))
    return tuple(found)


def agreement_bounds_of(n_most: np.ndarray, n_votes: np.ndarray) -> Bounds:
    """Pairwise agreement with its 90 % interval; items count, not pairs."""
    share = pairwise_agreement(n_most, n_votes)
    bounds = wilson_interval(round(share * n_votes.size), int(n_votes.size))
    return Bounds(estimate=share, low=bounds.low, high=bounds.high)


def ceiling(votes: Sequence[Vote], positive: str) -> Bounds | None:
    """Best accuracy against one person that any model can reach; None with too few votes."""
    n_yes, n_votes = yes_counts(votes, positive)
    if n_votes.size < _FEWEST_REPEATED:
        return None
    found = agreement_ceiling(n_yes, n_votes)
    return Bounds.of(found)


def yes_counts(votes: Sequence[Vote], positive: str) -> tuple[Ints, Ints]:
    """Votes for the positive class, and all votes, of each item with at least two.

    Returns
    -------
    n_yes, n_votes : ndarray of int of shape (n_items,)
        Unsure votes are left out.
    """
    yes: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for vote in votes:
        if vote.value is not None:
            total[vote.item] += 1
            yes[vote.item] += vote.value == positive
    items = [item for item, n in total.items() if n >= 2]
    return (
        np.array([yes[item] for item in items], dtype=np.int64),
        np.array([total[item] for item in items], dtype=np.int64),
    )


def targets(votes: Sequence[Vote], positive: str) -> tuple[Target, ...]:
    """Best precision and recall where one person, or a majority of several, is right."""
    n_yes, n_votes = yes_counts(votes, positive)
    if n_votes.size < _FEWEST_REPEATED:
        return ()
    opinions = fit_beta_binomial(n_yes, n_votes)
    flagged = float(np.clip(opinions.a / (opinions.a + opinions.b), 1e-3, 1.0))
    found = []
    for n_judges in _TARGETS:
        precision, recall = opinions.against_majority(n_judges, [flagged])
        found.append(
            Target(n_judges=n_judges, precision=float(precision[0]), recall=float(recall[0]))
        )
    return tuple(found)
