"""A page to talk to: in this process, or served for a browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient
from tests.services.flights import make_workspace

from leadline.phases.lifecycle import ROWS
from leadline.web import create_app
from leadline.workspace import Workspace

Visit = Callable[..., TestClient]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    """Make a workspace with these rows on its record; it is closed at the end."""
    opened: list[Workspace] = []

    def open_one(rows: Collection[str] = tuple(ROWS)) -> Workspace:
        folder = tmp_path / f"project-{len(opened)}"
        folder.mkdir()
        opened.append(make_workspace(folder, rows))
        return opened[-1]

    yield open_one
    for workspace in opened:
        workspace.close()


@pytest.fixture
def visit() -> Visit:
    """Open the page of a workspace; redirects are not followed."""

    def client(workspace: Workspace, token: str | None = None) -> TestClient:
        app = create_app(workspace, token=token)
        return TestClient(
            app,
            base_url="http://127.0.0.1",
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    return client


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """Serve the page of a workspace on a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who comes early waits for the server to start
        config = uvicorn.Config(create_app(workspace), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def serve() -> Callable[[Workspace], AbstractContextManager[str]]:
    """Serve a workspace while a test talks to it."""
    return served
