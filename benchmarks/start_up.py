"""How much processor time does asking for help cost? And which heavy imports does it avoid?

python benchmarks/start_up.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

_RUNS = 9
_COMMANDS = (["--help"], ["run", "--help"], ["init", "--help"], ["--version"])


def cpu_ms(command: list[str]) -> float:
    """User and system milliseconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def main() -> None:
    """Print the median of each command beside a bare Python and an import of Click."""
    leadline = [sys.executable, "-m", "leadline.cli"]
    rows = [
        ("python -c pass", [sys.executable, "-c", "pass"]),
        ("python -c 'import click'", [sys.executable, "-c", "import click"]),
        *((f"leadline {' '.join(words)}", [*leadline, *words]) for words in _COMMANDS),
    ]
    print(f"{'command':28} | median CPU ms of {_RUNS}, warm")
    for name, command in rows:
        cpu_ms(command)
        print(f"{name:28} | {statistics.median(cpu_ms(command) for _ in range(_RUNS)):.0f}")


if __name__ == "__main__":
    main()
