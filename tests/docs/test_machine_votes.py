from __future__ import annotations

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "machine-votes.md"


def test_every_example_of_the_page_runs(tmp_path: Path) -> None:
    # a fence would be taken for output
    page = tmp_path / PAGE.name
    page.write_text(PAGE.read_text().replace("```", ""))
    found = doctest.testfile(str(page), module_relative=False)
    assert found.attempted > 15
    assert found.failed == 0
