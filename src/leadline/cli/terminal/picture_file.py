"""Pictures that a verb draws into a file: the option, and the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.errors import NotReadyError

if TYPE_CHECKING:
    from leadline.charts import Picture


def picture_option(what: str = "it") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option ``--picture``: the function gets a path, or None, as ``picture``.

    Parameters
    ----------
    what : str, default="it"
        What is drawn, for the help.
    """
    return click.option(
        "--picture",
        type=click.Path(path_type=Path),
        default=None,
        help=f"Draw {what} into a file (.html, .svg or .png).",
    )


def draw_into(path: Path, drawn: Picture | None, *, nothing: str, next: str) -> None:
    """Write a picture into a file.

    Parameters
    ----------
    path : Path
        Its suffix says how.
    drawn : Picture or None
        None where there is nothing to draw.
    nothing, next : str
        What is said then, and what to do.

    Raises
    ------
    NotReadyError
        If there is nothing to draw.
    LeadlineError
        If the suffix is of no kind that is known.
    """
    # not at the head: who draws nothing must not wait for Altair
    from leadline.charts import save_picture

    if drawn is None:
        raise NotReadyError(nothing, "A picture needs something to draw.", next)
    save_picture(drawn, path)
