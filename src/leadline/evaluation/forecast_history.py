"""Earlier forecasts of the project: checks against later measurements, rounds of purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.phases.data import n_machine_rows
from leadline.phases.forecast import Forecast, posterior_of
from leadline.phases.forecast.rounds import rounds_bought
from leadline.phases.forecast.verification import verify
from leadline.phases.search import Search

if TYPE_CHECKING:
    from leadline.phases.curve import Curve
    from leadline.phases.forecast.verification import Verified
    from leadline.phases.problem import Problem
    from leadline.phases.search.trial import Trial
    from leadline.record import Entry, Record

_MOST = 12  # each takes a fit of its curve
_SAME_MIXTURE = 1.1


def verified_forecasts(
    record: Record, problem: Problem, search: Search, curve: Curve
) -> tuple[Verified, ...]:
    """Check earlier forecasts against the newest learning curve.

    Of several forecasts from one curve only the newest counts, as all say the same. Where the model
    that a forecast was about is no longer measured, the chosen one takes its place, as it did in
    the project. Forecasts of a curve that had other shares of machines' rows are left out.

    Parameters
    ----------
    record : Record
        Of the project.
    problem, search, curve : Problem, Search, Curve
        As they stand now.

    Returns
    -------
    tuple of Verified
        Of the newest twelve forecasts of the same metric, oldest first.
    """
    by_curve = {
        entry.on.get("curve"): entry
        for entry in record.entries("forecast")
        if isinstance(entry.verdict, Forecast)
        and entry.verdict.scoring == problem.scoring
        and _is_same_mixture(entry.verdict, curve)
    }
    checks: list[Verified] = []
    for entry in list(by_curve.values())[-_MOST:]:
        posterior, spoken_of = posterior_of(entry.verdict_as(Forecast)), _spoken_of(record, entry)
        same = [one for one in curve.curves if _is_same(search.trial(one.candidate), spoken_of)]
        measured = (same or curve.curves)[0]
        points = [(point.n_train, point.mean, point.stderr or 0.0) for point in measured.points]
        checks += verify(entry.number, posterior, points, is_same=bool(same))
    return tuple(checks)


def rounds_over(record: Record, problem: Problem, n_available: int) -> int:
    """Number of finished rounds of purchase since target and budget were last changed."""
    granted = (problem.scoring, problem.target_score, problem.budget)
    forecasts: list[Forecast] = []
    for entry in record.entries("forecast"):
        verdict = entry.verdict_as(Forecast)
        if (verdict.scoring, verdict.target_score, verdict.budget) == granted:
            forecasts.append(verdict)
        else:
            forecasts.clear()
    return rounds_bought(forecasts, n_available)


def _is_same_mixture(one: Forecast | Curve, other: Forecast | Curve) -> bool:
    """Whether two curves have about as many rows of machines for each of people's."""
    few, many = sorted(
        n_machine_rows(each.machine_shares) / max(each.n_available, 1) for each in (one, other)
    )
    return many <= _SAME_MIXTURE * few


def _spoken_of(record: Record, entry: Entry) -> Trial | None:
    """The trial whose curve an entry forecast; None where an early Leadline did not say."""
    if "search" not in entry.on:
        return None
    search = record.entry(entry.on["search"]).verdict_as(Search)
    return search.trial(entry.verdict_as(Forecast).candidate)


def _is_same(one: Trial, other: Trial | None) -> bool:
    """Whether two searches mean the same model, whatever they call it."""
    return other is not None and (one.family, one.params) == (other.family, other.params)
