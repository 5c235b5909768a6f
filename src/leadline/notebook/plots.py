"""Plots: pictures that a notebook shows without the internet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadline.charts import Picture, description, save_picture, svg


@dataclass(frozen=True)
class Plot:
    """A picture that a notebook shows as SVG, drawn here: no script is fetched.

    Parameters
    ----------
    chart : altair.Chart
        What it shows, to be changed or layered further.
    """

    chart: Picture = field(repr=False)

    @property
    def text(self) -> str:
        """Title and subtitle: what it shows, in words."""
        return description(self.chart)

    def __repr__(self) -> str:
        return f"Plot: {self.text}"

    def save(self, path: Path | str) -> None:
        """Write it into a file that needs nothing else.

        Parameters
        ----------
        path : Path or str
            Ends in ``.svg``, ``.png`` or ``.html``.

        Raises
        ------
        LeadlineError
            If the name ends otherwise.
        """
        save_picture(self.chart, Path(path))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"image/svg+xml": svg(self.chart), "text/plain": repr(self)}
