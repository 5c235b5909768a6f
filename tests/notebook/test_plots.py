"""Plots: drawn here, and kept in files that need nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

import leadline as ll
from leadline.errors import LeadlineError


@pytest.fixture(scope="module")
def plot() -> ll.Plot:
    return ll.fit([100, 200, 400, 800, 1600], [0.31, 0.25, 0.2, 0.17, 0.15]).plot(target=0.1)


def test_a_notebook_is_given_a_drawing_and_words(plot: ll.Plot) -> None:
    shown = plot._repr_mimebundle_(include=None, exclude=None)
    assert shown["image/svg+xml"].startswith("<svg")
    assert "<script" not in shown["image/svg+xml"]
    assert shown["text/plain"] == repr(plot)
    assert "The chance of meeting the target is" in plot.text


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html"])
def test_it_is_kept_by_suffix(plot: ll.Plot, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"curve{suffix}"
    plot.save(str(path))
    assert path.stat().st_size > 5_000


def test_another_suffix_is_refused(plot: ll.Plot, tmp_path: Path) -> None:
    with pytest.raises(LeadlineError, match=r"cannot be written as '\.gif'"):
        plot.save(tmp_path / "curve.gif")
