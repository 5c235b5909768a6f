"""Work that lasts is told on the terminal; short work is not."""

from __future__ import annotations

import io

from rich.console import Console

from leadline.cli.terminal.progress import Display, tell_when_long


def test_work_is_told_once_it_has_lasted_a_second() -> None:
    file = io.StringIO()
    now = [0.0]
    with Display(Console(file=file)) as display:
        tell = tell_when_long(display, "reading", clock=lambda: now[0])
        tell("sales.csv: 1 of 3 columns recognised", 0.3)
        assert not file.getvalue()
        now[0] = 1.5
        tell("sales.csv: 2 of 3 columns recognised", 0.6)
        tell("sales.csv: 3 of 3 columns recognised", 1.0)
    assert file.getvalue().split("\n")[0].strip() == (
        "reading: sales.csv: 2 of 3 columns recognised ..."
    )
    assert file.getvalue().count("sales.csv") == 1
