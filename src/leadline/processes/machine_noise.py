"""Noise of the machine while something is measured: work of others, stolen and awaited time."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from leadline.phases.capacity import Noise
from leadline.processes.usage import processor_times

_STAT = Path("/proc/stat")
_IDLE = (3, 4)
_STOLEN = 7


class NoiseMeter:
    """Begins to look when it is made.

    Parameters
    ----------
    server : int
        Process that is measured.
    """

    def __init__(self, server: int) -> None:
        self._server = server
        self._begun_at = time.monotonic()
        self._begun = (_machine_ticks(), processor_times(server), time.process_time())

    def noise(self, generator_s: float) -> Noise | None:
        """What else the machine did since; None where the system does not tell.

        Parameters
        ----------
        generator_s : float
            Processor seconds that the generator of the load took meanwhile.
        """
        before, server_before, own_before = self._begun
        after, server_after = _machine_ticks(), processor_times(self._server)
        if not before or not after:
            return None
        passed = [b - a for a, b in zip(before, after, strict=True)]
        total_s = sum(passed[:8]) / os.sysconf("SC_CLK_TCK")
        idle_s = sum(passed[i] for i in _IDLE) / os.sysconf("SC_CLK_TCK")
        stolen_s = passed[_STOLEN] / os.sysconf("SC_CLK_TCK")
        ours_s = server_after.cpu_s - server_before.cpu_s
        ours_s += generator_s + time.process_time() - own_before
        waited_s = server_after.waiting_s - server_before.waiting_s
        took_s = time.monotonic() - self._begun_at
        return Noise(
            n_processors=os.cpu_count() or 1,
            others_share=max(total_s - idle_s - stolen_s - ours_s, 0.0) / max(total_s, 0.01),
            stolen_share=stolen_s / max(total_s, 0.01),
            waiting_share=max(waited_s, 0.0) / max(took_s, 0.01),
        )


def stolen_s() -> float:
    """Seconds that other machines of the same host took from all processors since boot.

    0 on a machine without /proc.
    """
    ticks = _machine_ticks()
    return ticks[_STOLEN] / os.sysconf("SC_CLK_TCK") if len(ticks) > _STOLEN else 0.0


def _machine_ticks() -> list[int]:
    """Ticks of all processors by what they did, from boot; empty on a machine without /proc."""
    with suppress(OSError, ValueError):
        return [int(each) for each in _STAT.read_text().split("\n", 1)[0].split()[1:]]
    return []
