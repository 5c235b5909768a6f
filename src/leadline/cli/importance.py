"""``leadline importance``: what the chosen candidate leans on."""

from __future__ import annotations

from pathlib import Path

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action


@verb("importance", may=(Action.VIEW,), example="leadline importance")
def command(folder: Path, as_json: bool) -> None:
    """Show what the chosen candidate of the last search leans on.

    The values of a column are moved between held-out rows, and the error rises by what the
    candidate owes to them. It says what the model uses, not what causes the label.
    """
    from leadline.errors import NotReadyError
    from leadline.phases.search import Search
    from leadline.phases.search.trial import PROMPTED
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        search = workspace.record.latest_of(Search)
    if search is not None and search.chosen and search.chosen_trial.family == PROMPTED:
        raise NotReadyError(
            f"{search.chosen} asks a language model for each answer.",
            "What a candidate leans on takes answers to thousands of changed rows, each paid for.",
            "Look at another candidate: leave 'prompted' out of [find] families.",
        )
    if search is None or search.importance is None:
        raise NotReadyError(
            "Nothing is known of what a candidate leans on.",
            "A search looks at it in the last twentieth of its time box.",
            "Run 'leadline run search' first, with a longer box or [find] importance_s above 0.",
        )
    if as_json:
        from leadline.record.codec import encode

        echo_json(encode(search.importance))
        return
    from leadline.cli.terminal.text_layout import console, print_table
    from leadline.report.importance import importance_tables

    screen = console()
    screen.print(f"{search.importance.summary}.", markup=False)
    for table in importance_tables(search):
        screen.print(f"\n{table.caption}", markup=False)
        print_table(screen, table.head, table.rows)
