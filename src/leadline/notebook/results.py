"""Results: entries of the record that can be looked at, as sentences, pictures and tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any

import polars as pl

from leadline.charts import chart_of, details_of, svg
from leadline.notebook.plots import Plot
from leadline.phases.lifecycle import ROWS
from leadline.phases.verdict import Bounds, Severity, Verdict
from leadline.record import Entry

_PICTURES = ("importance", "architecture", "epochs", "verification")
_TABLES = {
    "data": "columns",
    "search": "trials",
    "tuning": "points",
    "review": "points",
    "capacity": "steps",
    "decay": "staleness",
    "monitor": "blocks",
}


class Result:
    """An entry of the record that can be looked at.

    Parameters
    ----------
    entry : Entry
        What was put on the record.
    """

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    @property
    def verdict(self) -> Verdict:
        """The frozen verdict."""
        return self.entry.verdict

    def __repr__(self) -> str:
        return f"{self.entry.row}: {self.verdict.badge}. {self.verdict.summary}"

    def plot(self, name: str = "") -> Plot | None:
        """Draw the picture of the verdict; None where there is nothing to draw.

        Parameters
        ----------
        name : {"", "importance", "architecture", "epochs", "verification"}, default=""
            Of a further picture: of a search what its candidate leans on, and what its best network
            is made of; of a forecast how earlier ones did.

        Raises
        ------
        ValueError
            If no verdict has a picture of this name.
        """
        if name and name not in _PICTURES:
            known = ", ".join(map(repr, _PICTURES))
            raise ValueError(f"name is {name!r}; {known} or nothing is needed.")
        chart = details_of(self.verdict).get(name) if name else chart_of(self.verdict)
        return None if chart is None else Plot(chart)

    def to_frame(self, name: str = "") -> pl.DataFrame:
        """The numbers behind the picture, one row a point, trial, block or column.

        Parameters
        ----------
        name : {"", "importance", "words"}, default=""
            Of a search: "importance" of the columns to its candidate, and of "words" of texts.

        Returns
        -------
        DataFrame
            Intervals become three columns: ``x``, ``x_low`` and ``x_high``.
        """
        if name:
            rows = list(_importance_records(self.verdict, name))
        else:
            rows = list(_records(self.entry.row, self.verdict))
        return pl.DataFrame(rows, infer_schema_length=None)

    def to_pandas(self, name: str = "") -> Any:
        """The same as `to_frame`, as pandas has it; needs ``pip install 'leadline[pandas]'``."""
        return self.to_frame(name).to_pandas()

    def _repr_html_(self) -> str:
        verdict = self.verdict
        colours = {"go": "#0a7d4b", "no": "#b3261e", "unclear": "#8a6100"}
        colour = colours[verdict.answer.value]
        parts = [
            (
                f"<h4>{escape(ROWS[self.entry.row].stage.value)} / {escape(self.entry.row)} "
                f"<span style='color:{colour}'>{escape(verdict.badge)}</span></h4>"
            ),
            f"<p>{escape(verdict.summary)}</p>",
        ]
        plots = (self.plot(), self.plot("importance"))
        parts += [svg(plot.chart) for plot in plots if plot is not None]
        worth = [f for f in verdict.findings if f.severity is not Severity.NOTE]
        if worth:
            items = "".join(f"<li>{escape(f'{f.what} {f.next}'.strip())}</li>" for f in worth)
            parts.append(f"<ul>{items}</ul>")
        return "\n".join(parts)


def _records(row: str, verdict: Any) -> Iterator[dict[str, Any]]:
    if row == "curve":
        for curve in verdict.curves:
            for point in curve.points:
                yield {
                    "candidate": curve.candidate,
                    "n_train": point.n_train,
                    "error": point.mean,
                    "stderr": point.stderr,
                    "fit_s": point.fit_s,
                }
    elif row == "forecast":
        for index, n_train in enumerate(verdict.grid):
            yield {
                "n_train": n_train,
                **{f"q{line.q:g}": line.errors[index] for line in verdict.lines},
            }
    elif row in _TABLES:
        yield from (flat_record(part) for part in getattr(verdict, _TABLES[row]))
    else:
        yield flat_record(verdict)


def _importance_records(verdict: Any, name: str) -> Iterator[dict[str, Any]]:
    """Columns or words that a search's candidate leans on; none where it was not looked at."""
    if name not in {"importance", "words"}:
        raise ValueError(f"name is {name!r}; 'importance', 'words' or nothing is needed.")
    found = getattr(verdict, "importance", None)
    if found is None:
        return
    if name == "words":
        yield from (flat_record(word) for word in found.words)
        return
    for column in found.columns:
        yield {"columns": column.name, **flat_record(column)}
        for member in column.members:
            yield {"columns": column.name, "alone": member.name, **flat_record(member)}


def flat_record(part: Any) -> dict[str, Any]:
    """Scalars of a dataclass by name, intervals spread over three columns."""
    flat: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, Bounds):
            flat[field.name] = value.estimate
            flat[f"{field.name}_low"], flat[f"{field.name}_high"] = value.low, value.high
        elif not is_dataclass(value) and not isinstance(value, tuple | dict):
            flat[field.name] = value
    return flat
