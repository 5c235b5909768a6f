"""Detectors of river on rows that are wrong or right, run by `monitoring.py` in their environment.

python river_detectors.py FOLDER
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

import numpy as np
import river
from river.drift import ADWIN, PageHinkley, binary

DETECTORS = {
    "ADWIN": ADWIN,
    "DDM": binary.DDM,
    "HDDM-A": binary.HDDMA,
    "HDDM-W": binary.HDDMW,
    "Page-Hinkley": PageHinkley,
}


def main() -> None:
    folder = Path(sys.argv[1])
    with np.load(folder / "errors.npz") as kept:
        parts = {name: kept[name].tolist() for name in kept.files}
    n_runs = len(parts) // 3
    found = {
        name: [
            first_alarms(
                build(), parts[f"warm{run}"], [parts[f"{kind}{run}"] for kind in ("still", "worse")]
            )
            for run in range(n_runs)
        ]
        for name, build in DETECTORS.items()
    }
    (folder / "alarms.json").write_text(json.dumps({"version": river.__version__, "alarms": found}))


def first_alarms(detector, warm, futures):
    """The block of each future, counted from 1, in which the detector first says drift, or none.

    What it says while it is warmed does not count; it begins anew of itself then.
    """
    for error in warm:
        detector.update(error)
    return [first_alarm(copy.deepcopy(detector), blocks) for blocks in futures]


def first_alarm(detector, blocks):
    for number, block in enumerate(blocks, start=1):
        for error in block:
            detector.update(error)
            if detector.drift_detected:
                return number
    return None


if __name__ == "__main__":
    main()
