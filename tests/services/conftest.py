from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest
from tests.services.flights import make_workspace

from leadline.phases.lifecycle import ROWS
from leadline.workspace import Workspace


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    """Make a workspace with these rows on its record; it is closed at the end."""
    opened: list[Workspace] = []

    def open_one(rows: Collection[str] = tuple(ROWS)) -> Workspace:
        folder = tmp_path / f"project-{len(opened)}"
        folder.mkdir()
        opened.append(make_workspace(folder, rows))
        return opened[-1]

    yield open_one
    for workspace in opened:
        workspace.close()
