"""A person at a terminal: says what the settings ask, runs one verb after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadline.cli import main


def state(folder: Path, said: Mapping[str, object]) -> None:
    """Set keys of leadline.toml as a person does: take the comment away, change the value."""
    path = folder / "leadline.toml"
    text = path.read_text()
    for key, value in said.items():
        written = str(value).replace("'", '"') if isinstance(value, list) else repr(value)
        text, n = re.subn(rf"(?m)^(# )?{key} = [^#\n]*", f"{key} = {written}  ", text, count=1)
        assert n == 1, key
    path.write_text(text)


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a verb as Ada; it must end with an exit code expected."""
    monkeypatch.setenv("LEADLINE_USER", "Ada")

    def run(*arguments: object, codes: tuple[int, ...] = (0,)) -> Result:
        result = CliRunner().invoke(main, [*map(str, arguments), "-C", str(tmp_path)])
        assert result.exit_code in codes, (arguments, result.output, result.exception)
        return result

    return run
