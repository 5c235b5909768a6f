"""A project released from a file, as a person would by the command line."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from leadline.cli import main

_SETTINGS = {
    "families": '["majority", "linear"]',
    "folds": "3",
    "executor": '"sequential"',
    "searcher": '"none"',
    "answered_by": '"Ada"',
    "harmed": '"nobody"',
    "by_which_error": '"none"',
    "data_allowed": '"ours"',
    "personal_data": '"none"',
}


def release_of(folder: Path, file: Path, *options: str) -> None:
    """Make a project in a folder of a file, and release it; `options` are those of init."""

    def run(*words: str) -> None:
        result = CliRunner().invoke(main, [*words, "-C", str(folder)], env={"LEADLINE_USER": "Ada"})
        assert result.exit_code in {0, 3}, (words, result.output, result.exception)

    run("init", str(file), *options, "--target", "0.5", "--time-box", "300", "--yes")
    settings = folder / "leadline.toml"
    text = settings.read_text()
    for key, value in _SETTINGS.items():
        lines = [
            f"{key} = {value}" if line.lstrip("# ").startswith(f"{key} = ") else line
            for line in text.splitlines()
        ]
        text = "\n".join(lines) + "\n"
    settings.write_text(text)
    run("run", "problem", "data", "feasibility", "search")
    run("decide", "find", "go", "--why", "t")
    run("run", "tuning")
    run("review", "--choose", "balanced", "--why", "t")
    run("run", "release")
