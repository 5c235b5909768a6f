"""Example price table of machines, for a person to change."""

from __future__ import annotations

from importlib.resources import files


def example_machines() -> str:
    """TOML for the section [prices], with the date of its prices.

    Examples
    --------
    >>> import tomllib
    >>> machines = tomllib.loads(example_machines())["machines"]
    >>> len(machines), machines[0]["on_demand"] > machines[0]["spot"]
    (3, True)
    """
    return (files("leadline.settings") / "machines.toml").read_text(encoding="utf-8")
