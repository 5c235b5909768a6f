"""``leadline data``: how each column was read, and what it is used for."""

from __future__ import annotations

from pathlib import Path

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action


@verb("data", may=(Action.VIEW,), example="leadline data")
def command(folder: Path, as_json: bool) -> None:
    """Show how each column was read, and what it is used for.

    Every later file is read in the same way: new rows of the project, the stream, what is scored
    and watched. Where a column was read otherwise than meant, write it under [data.columns.NAME] in
    leadline.toml and run 'leadline run data'.
    """
    from leadline.errors import NotReadyError
    from leadline.phases.data import Data
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        data = workspace.record.latest_of(Data)
    if data is None:
        raise NotReadyError(
            "No data have been read yet.",
            "A verdict of 'data' says how they were.",
            "Run 'leadline run data' first.",
        )
    readings = {column.name: data.reading.get(column.name) for column in data.columns}
    if as_json:
        rows = [
            {
                "column": column.name,
                "kind": column.kind.value,
                "role": column.role.value,
                "read_as": reading.words if (reading := readings[column.name]) else None,
                "n_missing": column.n_missing,
                "example": column.example,
            }
            for column in data.columns
        ]
        echo_json({"files": list(data.files), "columns": rows})
        return
    from leadline.cli.terminal.text_layout import console, print_table
    from leadline.phases.wording import is_picture, plain_text

    screen = console()
    screen.print(data.summary, markup=False)
    print_table(
        screen,
        ["column", "read as", "kind", "used as", "missing", "for example"],
        [
            [
                column.name,
                reading.words if (reading := readings[column.name]) else "",
                column.kind.value,
                f"{column.role.value}: {column.why}" if column.why else column.role.value,
                f"{column.n_missing:,}",
                "(a picture)" if is_picture(column.example) else plain_text(column.example),
            ]
            for column in data.columns
        ],
    )
