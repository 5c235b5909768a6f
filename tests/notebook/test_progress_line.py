"""Progress on a terminal, in a notebook, and elsewhere."""

from __future__ import annotations

import io
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from leadline.notebook import progress_line
from leadline.notebook.progress_line import ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_line, "_LEAST_S", 0.0)


def test_a_terminal_has_one_line_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    line = ProgressLine(is_shown=True)
    line("100 rows", 0.5)
    assert screen.getvalue() == "\r[############............]  50% 100 rows"
    line("search: fitting")
    line.close()
    assert "\n" not in screen.getvalue()
    assert screen.getvalue().endswith("\r" + " " * len("search: fitting") + "\r")


def test_a_pipe_and_a_caller_who_wants_none_get_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for screen, is_shown in ((io.StringIO(), True), (Terminal(), False)):
        monkeypatch.setattr(sys, "stderr", screen)
        line = ProgressLine(is_shown=is_shown)
        line("100 rows", 0.5)
        line.close()
        assert screen.getvalue() == ""


def test_a_notebook_has_a_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    handle = SimpleNamespace(update=lambda data, **_: told.append(data["text/plain"]))
    shell = ModuleType("IPython")
    shell.get_ipython = lambda: SimpleNamespace(kernel=1)  # type: ignore[attr-defined]
    display = ModuleType("IPython.display")
    display.display = lambda *_, **__: handle  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    line = ProgressLine(is_shown=True)
    line("half", 0.5)
    line.close()
    assert told == ["[############............]  50% half", ""]
