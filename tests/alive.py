"""Whether other processes run."""

from __future__ import annotations

from pathlib import Path


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead but not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def running_in(folder: Path) -> list[int]:
    """Processes whose working folder is this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            is_here = (entry / "cwd").readlink() == folder.resolve()
        except OSError:
            continue  # it has just ended, or is not ours to look at
        if is_here and is_alive(int(entry.name)):
            found.append(int(entry.name))
    return found
