"""Table of the costs of a project, for a notebook."""

from __future__ import annotations

import polars as pl

from leadline.charts import costs as costs_chart
from leadline.errors import NotReadyError
from leadline.notebook.plots import Plot
from leadline.phases.project_accounts.ledger import Ledger
from leadline.services.accounting import ledger_sentences

_SCHEMA = {
    "stage": pl.String,
    "what": pl.String,
    "n": pl.Int64,
    "spent": pl.Float64,
    "committed": pl.Float64,
    "people_hours": pl.Float64,
    "working_days": pl.Float64,
    "machine_hours": pl.Float64,
}


class CostTable:
    """Money and hours of a project; shown as a table under its sentences.

    Parameters
    ----------
    ledger : Ledger
        What it has cost: ``.ledger.spent``, ``.ledger.left`` and all others.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def to_frame(self) -> pl.DataFrame:
        """One row a stage and kind; money in ``ledger.currency``, hours, and working days."""
        rows = [
            (
                line.stage.value,
                line.kind.value,
                line.n,
                line.money,
                line.committed,
                line.people_hours,
                line.working_days,
                line.machine_hours,
            )
            for line in self.ledger.lines
        ]
        return pl.DataFrame(rows, schema=_SCHEMA, orient="row")

    def plot(self) -> Plot:
        """Money over time beside what was granted, and hours by stage.

        Raises
        ------
        NotReadyError
            If nothing has been spent yet.
        """
        drawn = costs_chart.chart(self.ledger)
        if drawn is None:
            raise NotReadyError("Nothing has been spent yet.", "", "Draw it once something is.")
        return Plot(drawn)

    def __repr__(self) -> str:
        told = " ".join(ledger_sentences(self.ledger)[:2])
        with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
            return f"{told}\n{self.to_frame()}"

    def _repr_html_(self) -> str:
        told = " ".join(ledger_sentences(self.ledger)[:2])
        return f"<p>{told}</p>{self.to_frame()._repr_html_()}"
