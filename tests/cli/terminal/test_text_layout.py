from __future__ import annotations

import io

import pytest
from rich.console import Console

from leadline.cli.terminal.text_layout import Cell, print_line, print_pairs

TEXT = "one two three four five six seven eight nine ten eleven twelve"


def screen(*, is_terminal: bool, width: int = 40) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    shown = Console(file=file, width=width, force_terminal=is_terminal, no_color=True)
    shown.soft_wrap = True
    return shown, file


@pytest.mark.parametrize("width", [40, 60])
def test_a_terminal_wraps_text_under_itself(width: int) -> None:
    shown, file = screen(is_terminal=True, width=width)
    print_line(shown, [Cell("find", 6), Cell("", 0)], TEXT)
    lines = file.getvalue().splitlines()
    assert len(lines) > 1
    assert lines[0].startswith("find      one two")
    assert all(line.startswith(" " * 10) and line[10] != " " for line in lines[1:])
    assert all(len(line) <= width and line == line.rstrip() for line in lines)
    assert " ".join(line[10:] for line in lines) == TEXT


def test_a_file_gets_one_line() -> None:
    shown, file = screen(is_terminal=False)
    print_line(shown, [Cell("find", 6)], TEXT)
    assert file.getvalue() == f"find    {TEXT}\n"


def test_what_people_wrote_is_no_markup() -> None:
    shown, file = screen(is_terminal=False)
    print_line(shown, [Cell("[bold]", 8)], "[red]a[/]  \x1b[2J")
    assert file.getvalue() == "[bold]    [red]a[/]  \ufffd[2J\n"


def test_values_stand_under_each_other() -> None:
    shown, file = screen(is_terminal=False)
    print_pairs(shown, [("a", "1"), ("longer", "2"), ("x" * 30, "3")])
    assert file.getvalue().splitlines()[:2] == [
        "  a" + " " * 25 + "1",
        "  longer" + " " * 20 + "2",
    ]


def test_an_image_is_named_not_printed() -> None:
    shown, file = screen(is_terminal=False)
    print_pairs(shown, [("photo", "data:image/png;base64,iVBORw0KGgo=" * 50)])
    assert file.getvalue().strip().endswith("photo  an image: the page shows it")
