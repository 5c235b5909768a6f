from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient
from tests.services.test_commands import DEFINE
from tests.web.test_pages import csrf_token, fields_of

from leadline.settings import load_settings
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]


def test_the_form_shows_the_diff_and_saves_it(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    client = visit(workspace)
    hidden = fields_of(client, "/settings")
    typed = {"problem.budget": "750", "problem.owner": "<Ada>", "who": "Ada"}
    wrong = client.post("/settings", data=hidden | typed | {"problem.budget": "much"})
    assert wrong.status_code == 400
    assert 'value="much"' in wrong.text, "what was typed is not lost"
    assert "[problem] budget is &#39;much&#39;" in wrong.text
    shown = client.post("/settings", data=hidden | typed)
    assert "<ins>+budget = 750</ins>" in shown.text
    assert "&lt;Ada&gt;" in shown.text
    assert "<Ada>" not in shown.text
    saved = client.post("/settings/save", data=hidden | typed)
    assert saved.headers["location"] == "/settings?saved=true"
    assert load_settings(workspace.folder / "leadline.toml").problem.budget == 750
    page = client.get("/settings?saved=true").text
    assert 'value="750"' in page
    assert "State the problem again" in page
    assert "Ada," in page
    again = client.post("/settings/save", data=hidden | typed | {"csrf": csrf_token(client)})
    assert again.status_code == 409
