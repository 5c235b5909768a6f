"""Standing of a project as a table that a notebook shows."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import polars as pl

from leadline.phases.lifecycle import ROWS, Standing


class StandingTable(dict[str, Standing]):
    """Row to where it stands; shown as a table.

    Parameters
    ----------
    standing : mapping of str to Standing
        In the order of the life cycle.
    """

    def __init__(self, standing: Mapping[str, Standing]) -> None:
        super().__init__(standing)

    def to_frame(self) -> pl.DataFrame:
        """One row each: stage, row, state, answer, entry, and why it may not be run now."""
        rows = [
            {
                "stage": ROWS[name].stage.value,
                "row": name,
                "state": now.state.value,
                "answer": now.answer.value if now.answer else None,
                "entry": now.number,
                "closed": now.closed or None,
            }
            for name, now in self.items()
        ]
        texts = dict.fromkeys(("stage", "row", "state", "answer"), pl.String)
        return pl.DataFrame(rows, schema={**texts, "entry": pl.Int64, "closed": pl.String})

    def __repr__(self) -> str:
        with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
            return str(self.to_frame().drop("closed"))

    def _repr_html_(self) -> str:
        frame = self.to_frame().drop("closed")
        head = "".join(f"<th>{escape(name)}</th>" for name in frame.columns)
        rows = "".join(f"<tr>{_cells(row)}</tr>" for row in frame.iter_rows())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(row: tuple[object, ...]) -> str:
    return "".join(f"<td>{'' if value is None else escape(str(value))}</td>" for value in row)
