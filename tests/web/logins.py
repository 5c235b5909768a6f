"""Logins for tests: without a password, which takes long on purpose."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from leadline.web.sessions import Sessions
from leadline.workspace import Workspace


def logged_in(client: TestClient, workspace: Workspace, name: str) -> str:
    """Log a visitor in as somebody who has an account; the token of their forms."""
    account = workspace.record.accounts.named(name)
    assert account is not None
    token = workspace.record.login_sessions.begin(account.id)
    sessions = Sessions(workspace.secret)
    client.cookies.set(sessions._login, sessions._signer(sessions._login).dumps(token))
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/account").text)
    assert found
    return found[1]
