"""Tables of a project: candidates of a search, operating points on offer."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadline.notebook.results import flat_record
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.services.queries.operating_points import OperatingPointsPage
from leadline.services.reviewing.point_outcomes import in_words

_SCHEMA = {
    "candidate": pl.String,
    "family": pl.String,
    "is_chosen": pl.Boolean,
    "state": pl.String,
    "n_train": pl.Int64,
    "score": pl.Float64,
    "stderr": pl.Float64,
    "expected": pl.Float64,
    "expected_low": pl.Float64,
    "expected_high": pl.Float64,
    "chance_best": pl.Float64,
    "fit_s": pl.Float64,
    "message": pl.String,
}


def candidate_table(search: Search) -> pl.DataFrame:
    """What was measured of each candidate, and what is expected of it at the affordable size.

    Parameters
    ----------
    search : Search
        The verdict.

    Returns
    -------
    DataFrame
        In the order of the search's ranking; scores in units of the metric.
    """
    metric = scoring_of(search.scoring)
    ranked = [*search.ranked, *(trial for trial in search.trials if trial not in search.ranked)]
    rows = []
    for trial in ranked:
        row = {
            "candidate": trial.name,
            "family": trial.family,
            "is_chosen": trial.name == search.chosen,
            "state": trial.state.value,
            "n_train": trial.n_train,
            "score": trial.mean,
            "stderr": trial.stderr,
            "chance_best": trial.chance_best,
            "fit_s": trial.fit_s,
            "message": trial.message or None,
        }
        if trial.expected:
            last = trial.expected[-1]
            ends = sorted((metric.score(last.low), metric.score(last.high)))
            row |= {"expected": metric.score(last.error)}
            row |= {"expected_low": ends[0], "expected_high": ends[1]}
        rows.append(row)
    return pl.DataFrame(rows, schema=_SCHEMA)


def point_table(page: OperatingPointsPage) -> pl.DataFrame:
    """What each operating point does to the stream, by what was judged of it.

    Parameters
    ----------
    page : OperatingPointsPage
        What there is to choose from.

    Returns
    -------
    DataFrame
        One row a point, by falling threshold: its figures with intervals, ``words`` in the
        project's own language, and whether it is most probably the cheapest. Of several classes and
        of numbers what there is to agree to, as it did on the test rows.
    """
    rows: list[dict[str, Any]] = [
        {**flat_record(each), "words": each.words}
        for each in (page.plain, page.by_cost)
        if each is not None
    ]
    rows += [
        {
            **flat_record(each.point),
            "words": in_words(each, page.words),
            "is_cheapest": each.point.name == page.best,
        }
        for each in page.consequences
    ]
    return pl.DataFrame(rows, infer_schema_length=None)
