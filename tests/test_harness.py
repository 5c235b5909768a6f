"""The test harness itself: the server, the stores and the browser are real, fresh and left tidy."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy
from playwright.sync_api import Page

REPOSITORY = Path(__file__).parents[1]


def test_the_server_is_a_current_postgresql(postgres_url: str) -> None:
    with psycopg.connect(f"{postgres_url}/postgres") as connection:
        assert connection.info.server_version >= 150000


def test_the_server_refuses_a_wrong_password(postgres_url: str) -> None:
    password = urlsplit(postgres_url).password or ""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres_url.replace(password, "guess") + "/postgres")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_gets_an_empty_database(database_url: str, turn: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    assert sqlalchemy.inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE visit (turn TEXT)"))
        connection.execute(sqlalchemy.text("INSERT INTO visit VALUES (:turn)"), {"turn": turn})
    with engine.connect() as connection:
        assert connection.scalars(sqlalchemy.text("SELECT turn FROM visit")).all() == [turn]
    engine.dispose()


def test_both_stores_take_part(request: pytest.FixtureRequest, database_url: str) -> None:
    assert database_url.startswith(request.node.callspec.params["database_url"])


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Address of a one-page site whose script writes what it computed."""
    (tmp_path / "index.html").write_text(
        "<title>Harness</title><p>?</p>"
        "<script>document.querySelector('p').textContent = [1, 2, 3].map(n => n * n)</script>"
    )
    handler = partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_browser_runs_scripts(page: Page, site: str) -> None:
    page.goto(site + "/index.html")
    assert page.title() == "Harness"
    assert page.locator("p").text_content() == "1,4,9"


def run_inner(
    folder: Path, test: str, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run one test under this harness in a process of its own."""
    (folder / "conftest.py").write_text((REPOSITORY / "tests" / "conftest.py").read_text())
    (folder / "test_inner.py").write_text(textwrap.dedent(test))
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *options, folder],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **environment},
    )


def test_hypothesis_tries_the_same_examples_in_every_run(tmp_path: Path) -> None:
    test = """
        import zlib
        from hypothesis import given, strategies as st
        drawn = []
        @given(st.text() | st.floats() | st.integers())
        def test_drawn(value):
            drawn.append(repr(value))
        def test_said():
            print("drew", len(drawn), zlib.crc32("".join(drawn).encode("utf-8", "replace")))
    """
    # other modules loaded, another seed of hashes: another run
    loaded = "import leadline.phases.lifecycle, leadline.stats.interval\n"
    runs = [
        run_inner(tmp_path, start + textwrap.dedent(test), "-s", PYTHONHASHSEED=seed)
        for start, seed in (("", "1"), (loaded, "2"))
    ]
    first, second = (re.search(r"drew \d+ \d+", ran.stdout) for ran in runs)
    assert first
    assert second
    assert first[0] == second[0]
    assert int(first[0].split()[1]) >= 100
    assert not (tmp_path / ".hypothesis").exists()


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")], ids=["elsewhere", "in-ci"]
)
def test_a_missing_browser_is_never_silent(tmp_path: Path, ci: str, outcome: str) -> None:
    ran = run_inner(tmp_path, "def test_page(page): pass", CI=ci, PATH=str(tmp_path))
    assert outcome in ran.stdout
    assert "needs chromium: 'make browser'" in ran.stdout


def test_a_page_that_breaks_fails_its_test_and_no_other(tmp_path: Path) -> None:
    test = """
        import asyncio
        def show(page, script):
            page.set_content(f"<script>{script}</script>")
        def test_internet(page):
            with page.context.expect_event("request"):
                show(page, "fetch('http://192.0.2.1/font.css').catch(() => 0)")
        def test_asyncio_runs_beside_a_browser():
            assert asyncio.run(asyncio.sleep(0, "ran")) == "ran"
        def test_script(page):
            with page.context.expect_event("weberror"):
                show(page, "setTimeout(() => missing())")
        def test_good(page):
            show(page, "document.title = 'good'")
            assert page.title() == "good"
    """
    ran = run_inner(tmp_path, test)
    assert "4 passed, 2 errors" in ran.stdout
    assert "asked the internet for http://192.0.2.1/font.css" in ran.stdout
    assert "missing is not defined" in ran.stdout


def test_the_server_dies_with_its_test_process(
    tmp_path: Path, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    test = """
        import os, pathlib, signal, psycopg
        def test_killed(postgres_url):
            with psycopg.connect(f"{postgres_url}/postgres") as connection:
                (folder,) = connection.execute("SHOW data_directory").fetchone()
            pathlib.Path("server").write_text(f"{postgres_url}\\n{folder}")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    assert run_inner(tmp_path, test).returncode == -9
    url, data = (tmp_path / "server").read_text().splitlines()

    def refused() -> bool:
        try:
            psycopg.connect(f"{url}/postgres").close()
        except psycopg.OperationalError:
            return True
        return False

    wait_for(refused)
    shutil.rmtree(Path(data).parent, ignore_errors=True)
