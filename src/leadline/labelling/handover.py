"""Handover: which open rows may go to a machine, by how sure it is, as checked on judged rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from leadline.phases.delegation import FEWEST_PEOPLE, Handover
from leadline.phases.verdict import Bounds
from leadline.record import MachineVote
from leadline.stats.labels.label_aggregation import majority_value
from leadline.stats.machine_votes import route

_MOST_ERROR = 0.5


def handover(
    judged: Mapping[str, Mapping[str, str]],
    answers: Sequence[MachineVote],
    *,
    epsilon: float,
    n_open: int,
    price: float | None,
) -> Handover | None:
    """Which open rows may go to a machine that answers with a class.

    Parameters
    ----------
    judged : mapping of str to mapping of str to str
        Item to annotator to label.
    answers : sequence of MachineVote
        What the machine says of these items.
    epsilon : float in (0, 1)
        What the machine is forgiven for its price: as much more often than one person it may be
        wrong.
    n_open : int
        Rows without a label.
    price : float or None
        US dollars a row; None where it is not known.

    Returns
    -------
    Handover or None
        None where it has labelled no row on which most people agree.

    Examples
    --------
    >>> judged = {f"{n}": {"Ada": "a", "Bo": "a"} for n in range(80)}
    >>> said = [
    ...     MachineVote(item=item, machine="m", model="m", prompt="p", value="a", confidence=0.9)
    ...     for item in judged
    ... ]
    >>> handover(judged, said, epsilon=0.15, n_open=1000, price=None).n_rows
    1000
    """
    sure, wrong = [], []
    pairs: list[tuple[str, str, float]] = []
    for vote in answers:
        most = majority_value(list(judged[vote.item].values()))
        sure.append(_confidence(vote))
        wrong.append(np.nan)
        if most is not None and vote.value is not None:
            wrong[-1] = float(most != vote.value)
            pairs.append((most, vote.value, sure[-1]))
    n_checked = int(np.sum(~np.isnan(wrong)))
    if not n_checked:
        return None
    most_error = min(_error_of_one(judged) + epsilon, _MOST_ERROR)
    chosen = route(sure, wrong, max_error=most_error).chosen
    none = Handover(n_open=n_open, n_checked=n_checked, most_error=most_error, price=price)
    if chosen is None:
        return none
    return replace(
        none,
        share=chosen.share,
        cut=chosen.cut if chosen.cut > np.nanmin(sure) else None,
        n_checked=chosen.n_checked,
        error=Bounds(**vars(chosen.error)),
        counts=_counts([(said, told) for said, told, sure in pairs if sure >= chosen.cut]),
    )


def _counts(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[int, ...], ...]:
    """How many rows are of which class, by people and by the machine."""
    classes = sorted({name for pair in pairs for name in pair})
    found = Counter(pairs)
    return tuple(tuple(found[said, told] for told in classes) for said in classes)


def _confidence(vote: MachineVote) -> float:
    """How sure it is; the same of all rows where it does not say."""
    if vote.value is None:
        return float("nan")
    return 0.0 if vote.confidence is None else vote.confidence


def _error_of_one(judged: Mapping[str, Mapping[str, str]]) -> float:
    """How often one person says other than most of the others do, where there are two others.

    Of two people who differ either may be wrong, and rows on which they do say nothing of the
    machine: they must not be a reason to forgive it more.
    """
    differs = []
    for by in judged.values():
        if len(by) <= FEWEST_PEOPLE:
            continue
        for who, label in by.items():
            others = majority_value([each for name, each in by.items() if name != who])
            if others is not None:
                differs.append(others != label)
    return float(np.mean(differs)) if differs else 0.0
