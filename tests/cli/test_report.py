"""``leadline report --model`` on a real release: it stays what it was, and is found by its id."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.projects import N_BEFORE_STREAM, N_STREAM, customers, run_to

from leadline.phases.release import Release
from leadline.workspace import SETTINGS_FILE, Workspace

LATER = N_BEFORE_STREAM + N_STREAM
PART_2 = "\n## Part 2"


def document(folder: Path, call: Call, *options: str) -> str:
    target = folder / "model.MD"
    said = call("report", "--model", "--to", target, *options, "-C", folder)
    assert said.exit_code == 0, said.output
    return target.read_text(encoding="utf-8")


def state(folder: Path, old: str, new: str) -> None:
    """Change what the settings say."""
    path = folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.long
def test_the_release_part_is_byte_equal_whatever_is_run_later(
    released_folder: Path, call: Call
) -> None:
    first = document(released_folder, call)
    customers(400, 7, skipped=LATER).write_csv(released_folder / "later.csv")
    state(released_folder, 'files = ["pool.csv"]', 'files = ["pool.csv", "later.csv"]')
    state(released_folder, "cost_miss = 4.0", "cost_miss = 9.0")
    state(released_folder, "target_score = 0.8", "target_score = 0.6")
    with Workspace.open(released_folder) as workspace:
        run_to(workspace, "problem", "data", "feasibility", "search", "labelling")
        run_to(workspace, "curve", "forecast", "tuning")
    second = document(released_folder, call)
    assert first.split(PART_2)[0] == second.split(PART_2)[0]
    assert first.split(PART_2)[1] != second.split(PART_2)[1]
    assert "1,000 labelled rows" not in second


def test_a_document_of_a_release_by_its_id(released_folder: Path, call: Call) -> None:
    with Workspace.open(released_folder) as workspace:
        entry = workspace.record.latest("release")
        assert entry is not None
        name = entry.verdict_as(Release).release_id
    by_id = document(released_folder, call, "--release", name[:6])
    assert f"release {name}" in by_id
    # Markdown, as the name of the file says
    assert by_id.startswith("---\n")
    assert by_id == document(released_folder, call)
    refused = call("report", "--release", "no-such", "-C", released_folder)
    assert refused.exit_code == 1
    assert f"One of these is needed: {name}." in " ".join(refused.stderr.split())
    both = call("report", "--release", name, "--demo", "-C", released_folder)
    assert "Both --release and --demo are given." in both.stderr


def test_a_deputy_named_later_is_told_as_later(released_folder: Path, call: Call) -> None:
    first = document(released_folder, call)
    assert "Who answers when the owner cannot." in first.split(PART_2)[0]
    state(released_folder, '# deputy = ""', 'deputy = "Grace Gate"')
    assert call("run", "problem", "-C", released_folder).exit_code == 0
    second = document(released_folder, call)
    assert second.split(PART_2)[0] == first.split(PART_2)[0]
    assert "Deputy since" in second.split(PART_2)[1]
    assert "Grace Gate" in second.split(PART_2)[1]
    status = call("status", "-C", released_folder).stdout
    assert "out of date" not in status
