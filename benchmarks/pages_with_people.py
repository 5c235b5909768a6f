"""Server time of pages for somebody who has logged in: 50 accounts, 30 projects in one database.

Prints processor seconds of this process for each page, the median of some requests, beside those
without accounts. Wall time is no measure here: it depends on what else runs.

    python -m benchmarks.pages_with_people
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from starlette.testclient import TestClient
from tests.services.flights import make_workspace
from tests.web.logins import logged_in

from leadline.phases.permissions import UserRole
from leadline.web import create_app
from leadline.workspace import Workspace

N_ACCOUNTS, N_PROJECTS, N_REQUESTS = 50, 30, 7
PAGES = ("/", "/stages/find", "/rows/search", "/decide/find", "/history", "/portfolio", "/account")


def made(folder: Path) -> Workspace:
    """A full project among others that share its database."""
    os.environ["LEADLINE_STORE"] = f"sqlite:///{folder / 'team.db'}"
    for number in range(N_PROJECTS):
        place = folder / f"project-{number}"
        place.mkdir()
        workspace = make_workspace_named(place, f"Late flights {number}")
        if number < N_PROJECTS - 1:
            workspace.close()
    return workspace


def make_workspace_named(place: Path, name: str) -> Workspace:
    """A workspace of the tests, under another name: projects of one database differ by it."""
    from tests.services import flights

    before = flights.SETTINGS
    flights.SETTINGS = before.replace("Late flights", name)
    try:
        return make_workspace(place)
    finally:
        flights.SETTINGS = before


def cpu_ms(client: TestClient, page: str) -> float:
    """Processor milliseconds of a request, the median."""
    spent = []
    for _ in range(N_REQUESTS):
        begun = time.process_time()
        assert client.get(page).status_code == 200, page
        spent.append(1e3 * (time.process_time() - begun))
    return statistics.median(spent)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, made(Path(folder)) as workspace:
        client = TestClient(create_app(workspace), "http://127.0.0.1", follow_redirects=False)
        without = {page: cpu_ms(client, page) for page in PAGES if page != "/account"}
        for number in range(N_ACCOUNTS):
            workspace.record.accounts.add(f"Person {number}", UserRole.OWNER)
        logged_in(client, workspace, "Person 7")
        print(f"{'page':<16}{'no accounts':>14}{'logged in':>12}   processor ms")
        for page in PAGES:
            before = f"{without[page]:.1f}" if page in without else "-"
            print(f"{page:<16}{before:>14}{cpu_ms(client, page):>12.1f}")


if __name__ == "__main__":
    main()
