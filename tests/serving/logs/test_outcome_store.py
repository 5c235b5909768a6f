"""An outcome counts once, the last one stands, and other processes see it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leadline.serving.logs.dated_lines import dated_files
from leadline.serving.logs.outcome_store import Change, Outcome, OutcomeStore

KEPT, UNCHANGED, REPLACED = Change.KEPT, Change.UNCHANGED, Change.REPLACED


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in dated_files(folder))


def labels(folder: Path) -> dict[tuple[str, int], str | float]:
    store = OutcomeStore(folder)
    store.refresh()
    return store.labels()


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    store, both = OutcomeStore(tmp_path), [Outcome("r", 0, "yes"), Outcome("r", 1, "no")]
    assert store.put(both) == [(KEPT, None), (KEPT, None)]
    size = size_of(tmp_path)
    assert store.put(both) == [(UNCHANGED, None), (UNCHANGED, None)]
    assert OutcomeStore(tmp_path).put(both[:1]) == [(UNCHANGED, None)]
    assert size_of(tmp_path) == size
    assert labels(tmp_path) == {("r", 0): "yes", ("r", 1): "no"}


def test_another_label_takes_its_place(tmp_path: Path) -> None:
    one, other = OutcomeStore(tmp_path), OutcomeStore(tmp_path)
    one.put([Outcome("r", 0, "yes")])
    assert other.put([Outcome("r", 0, "no")]) == [(REPLACED, "yes")]
    assert one.put([Outcome("r", 0, "no")]) == [(UNCHANGED, None)]
    assert one.put([Outcome("r", 0, "yes")]) == [(REPLACED, "no")]
    assert labels(tmp_path) == {("r", 0): "yes"}


def test_within_one_body_the_last_counts(tmp_path: Path) -> None:
    sent = [Outcome("r", 0, label) for label in ("yes", "yes", "no")]
    assert OutcomeStore(tmp_path).put(sent) == [(KEPT, None), (UNCHANGED, None), (REPLACED, "yes")]
    assert labels(tmp_path) == {("r", 0): "no"}


def test_numbers_are_numbers(tmp_path: Path) -> None:
    OutcomeStore(tmp_path).put([Outcome("r", 0, 1.5)])
    assert labels(tmp_path) == {("r", 0): 1.5}


def test_lines_that_are_not_whole_are_left_out(tmp_path: Path) -> None:
    store = OutcomeStore(tmp_path)
    store.put([Outcome("r", 0, "yes"), Outcome("é", 0, "né")])
    (path,) = dated_files(tmp_path)
    with path.open("ab") as file:
        file.write(b'[]\n{"request":"r","row":0}\nx\n{"request":"r","row":0,"at":"9","label":"no"}')
    assert labels(tmp_path) == {("r", 0): "yes", ("é", 0): "né"}


def test_nothing_is_known_of_what_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = OutcomeStore(tmp_path)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            store.put([Outcome("r", 0, "yes")])
    assert store.labels() == {}
    assert store.put([Outcome("r", 0, "yes")]) == [(KEPT, None)]
