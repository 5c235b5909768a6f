"""A person is forgotten by command: asked first, counted, on the record without a name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.projects import customers, write_settings

from leadline.workspace import Workspace


@pytest.fixture
def folder(call: Call, released_folder: Path) -> Path:
    write_settings(
        released_folder,
        watch={"block": "week", "key": "id"},
        data={"stream": ["stream.csv"], "test_share": 0.3},
    )
    rows = customers(56, 9, skipped=644).with_row_index("id", offset=500)
    rows.write_csv(released_folder / "new.csv")
    answer = call("watch", released_folder / "new.csv", "-C", released_folder)
    assert answer.exit_code in (0, 3), answer.output
    return released_folder


def test_a_person_is_forgotten(call: Call, folder: Path) -> None:
    said = ("--why", "asked to", "-C", folder)
    answer = call("forget", "517", "--dry-run", *said)
    assert "Would delete: 1 row of 1 block, " in answer.stdout
    answer = call("forget", "517", *said, typed="n\n")
    assert answer.exit_code == 130
    answer = call("forget", "517", "--json", *said)
    assert answer.exit_code == 2
    listed = folder / "keys.txt"
    listed.write_text("517\n518\n\n")
    answer = call("forget", "--file", listed, *said, typed="y\n")
    assert "Deleted: 2 rows of" in answer.stdout
    answer = call("forget", "517", "--yes", "--json", *said)
    told = json.loads(answer.stdout)
    assert (told["is_deleted"], told["n_rows"]) == (False, 0)
    with Workspace.open(folder) as workspace:
        (kept,) = workspace.record.erasures.all()
        assert (kept.person, kept.n_keys, kept.n_rows) == ("Ada", 2, 2)
        monitor = workspace.record.entries("monitor")
        assert len(monitor) == 2, "it judges anew what is left"


def test_it_wants_a_key_and_a_reason(call: Call, folder: Path) -> None:
    assert call("forget", "517", "-C", folder).exit_code == 2
    answer = call("forget", "--why", "x", "-C", folder)
    assert answer.exit_code == 1
    assert "No row is named." in answer.stderr
