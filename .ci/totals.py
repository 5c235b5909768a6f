"""Print the totals of a JUnit report; fail where a test failed, or was skipped without leave."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

EXCUSE = "needs ../shared/data"


def skip_reasons(report: ET.Element) -> dict[str, str]:
    """Reason of each skipped test, by the test's name."""
    return {
        f"{case.get('classname')}::{case.get('name')}": skipped.get("message") or ""
        for case in report.iter("testcase")
        for skipped in case.iter("skipped")
    }


def main(path: Path) -> int:
    """Print `N passed, N failed, N skipped` as the last line; return the exit code."""
    if not path.is_file():
        print("The tests left no report.\n0 passed, 1 failed, 0 skipped")
        return 1
    report = ET.parse(path).getroot()
    cases = list(report.iter("testcase"))
    skips = skip_reasons(report)
    n_failed = sum(
        case.find("failure") is not None or case.find("error") is not None for case in cases
    )
    n_passed = len(cases) - n_failed - len(skips)
    unexcused = {test: why for test, why in skips.items() if not why.startswith(EXCUSE)}
    for test, why in unexcused.items():
        print(f"Skipped without leave: {test}: {why}")
    print(f"{n_passed} passed, {n_failed} failed, {len(skips)} skipped")
    return 1 if n_failed or unexcused or not n_passed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
