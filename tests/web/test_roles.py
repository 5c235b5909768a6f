"""Every role at every route: what the table of permissions says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from tests.services.flights import make_workspace
from tests.services.test_commands import DEFINE
from tests.web.logins import logged_in

from leadline.phases.lifecycle import ROWS
from leadline.phases.permissions import Action, UserRole, actions_of
from leadline.web import create_app
from leadline.web.routes import ROUTERS
from leadline.workspace import Workspace

_A = Action
# what a route needs: all of it; () is open to whoever has logged in
ROUTES: dict[str, tuple[Action, ...]] = {
    "GET /": (_A.VIEW,),
    "GET /stages/{stage}": (_A.VIEW,),
    "GET /history": (_A.VIEW,),
    "GET /glossary": (_A.VIEW,),
    "GET /portfolio": (_A.COMPARE_PROJECTS,),
    "GET /report.html": (_A.VIEW,),
    "GET /model.html": (_A.VIEW,),
    "GET /rows/{row}": (_A.VIEW,),
    "POST /rows/{row}/run": (_A.RUN,),
    "GET /jobs/{number}": (_A.VIEW,),
    "POST /jobs/{number}/cancel": (_A.RUN,),
    "GET /money": (_A.VIEW,),
    "GET /money/picture.svg": (_A.VIEW,),
    "GET /plan": (_A.VIEW,),
    "GET /plan/picture.svg": (_A.VIEW,),
    "GET /machines": (_A.VIEW,),
    "GET /machines/{name}": (_A.VIEW,),
    "POST /machines/{name}": (_A.DECIDE,),
    "GET /machines/{name}/picture.svg": (_A.VIEW,),
    "GET /timeline": (_A.VIEW,),
    "GET /timeline/picture.svg": (_A.VIEW,),
    "GET /entries/{number}": (_A.VIEW,),
    "GET /entries/{number}/picture.svg": (_A.VIEW,),
    "GET /entries/{number}/picture/{name}.svg": (_A.VIEW,),
    "POST /alarm": (_A.ALARM,),
    "GET /watch/label": (_A.LABEL,),
    "POST /watch/label": (_A.LABEL,),
    "POST /watch/label/undo": (_A.LABEL,),
    "POST /watch/label/name": (_A.VIEW,),
    "POST /watch/label/run": (_A.RUN,),
    "GET /decide/{stage}": (_A.VIEW,),
    "POST /decide/{stage}": (_A.DECIDE,),
    "POST /decide/{stage}/keep": (_A.DECIDE,),
    "POST /comments": (_A.COMMENT,),
    "GET /compare": (_A.VIEW,),
    "GET /rows/{row}/run": (_A.VIEW,),
    "GET /review": (_A.JUDGE,),
    "POST /review": (_A.JUDGE,),
    "POST /review/undo": (_A.JUDGE,),
    "POST /review/name": (_A.VIEW,),
    "POST /review/more": (_A.VIEW, _A.JUDGE),
    "GET /review/choose": (_A.VIEW,),
    "GET /review/consequences": (_A.VIEW,),
    "GET /review/summary": (_A.VIEW,),
    "POST /review/opinion": (_A.OPINE,),
    "POST /review/choose": (_A.CHOOSE,),
    "GET /label": (_A.LABEL,),
    "POST /label/next": (_A.LABEL,),
    "POST /label": (_A.LABEL,),
    "POST /label/undo": (_A.LABEL,),
    "POST /label/name": (_A.VIEW, _A.LABEL),
    "GET /adjudicate": (_A.ADJUDICATE,),
    "POST /adjudicate": (_A.ADJUDICATE,),
    "POST /adjudicate/undo": (_A.ADJUDICATE,),
    "POST /adjudicate/name": (_A.VIEW,),
    "GET /work-items/{item}": (_A.VIEW,),
    "POST /work-items": (_A.WORK,),
    "POST /work-items/{item}/estimate": (_A.WORK,),
    "POST /work-items/{item}/start": (_A.WORK,),
    "POST /work-items/{item}/done": (_A.WORK,),
    "POST /work-items/{item}/drop": (_A.WORK,),
    "GET /agents": (_A.VIEW,),
    "POST /agents/proposals/{number}": (_A.AGENTS,),
    "GET /settings": (_A.SETTINGS,),
    "POST /settings": (_A.SETTINGS,),
    "POST /settings/save": (_A.SETTINGS,),
    "GET /account": (),
    "POST /account/password": (),
    "POST /logout": (),
}
# before anybody has logged in
OPEN = {
    "GET /enter",
    "POST /enter",
    "GET /health",
    "GET /join/{link}",
    "POST /join/leave",
    "GET /login",
    "POST /login",
    "GET /login/openid",
    "GET /login/openid/back",
}
PLACES = {
    "{stage}": "define",
    "{row}": "data",
    "{number}": "2",
    "{name}": "x",
    "{item}": "seal",
    "{link}": "x",
}
FIELDS = {
    "act": "seen", "again": "four words that differ", "assignment": "1", "choice": "go",
    "answer": "decline",
    "current": "x", "item": "a", "least": "1", "likely": "2", "monitor": "14", "most": "3",
    "n": "5", "point": "a", "ratio": "1", "replacing": "", "row": "1", "said": "yes",
    "seen": '{"problem": 1, "data": 2, "feasibility": 3}', "stage": "ship", "title": "Test",
    "took": "1", "tuning": "9", "verdict": "1", "wanted": "four words that differ",
    "who": "Somebody else", "why": "Fine.",
}  # fmt: skip


def routes() -> list[str]:
    """Every route, as "METHOD /path"."""
    return [
        f"{method} {route.path}"
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    ]


def address(route: str) -> str:
    path = route.partition(" ")[2]
    for name, value in PLACES.items():
        path = path.replace(name, value)
    return path


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A record that has just begun, as its pages are quick; an account for each role."""
    folder: Path = tmp_path_factory.mktemp("roles")
    with make_workspace(folder, DEFINE) as opened:
        for role in UserRole:
            opened.record.accounts.add(f"The {role}", role)
        yield opened


@pytest.fixture(scope="module")
def visitor(workspace: Workspace) -> Callable[[], TestClient]:
    app = create_app(workspace)
    return lambda: TestClient(
        app, "http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False
    )


def ask(client: TestClient, route: str, csrf: str = "") -> tuple[int, str]:
    if route.startswith("GET"):
        answer = client.get(address(route))
    else:
        answer = client.post(address(route), data=FIELDS | {"csrf": csrf})
    return answer.status_code, answer.text


def test_every_route_is_in_the_table() -> None:
    assert sorted(routes()) == sorted([*ROUTES, *OPEN])


@pytest.mark.parametrize("role", UserRole)
def test_a_role_is_let_do_what_the_table_says_and_nothing_else(
    workspace: Workspace, visitor: Callable[[], TestClient], role: UserRole
) -> None:
    surprises = []
    client = visitor()
    csrf = logged_in(client, workspace, f"The {role}")
    for route, needed in ROUTES.items():
        status, text = ask(client, route, csrf)
        may = set(needed) <= actions_of(role)
        # a wrong password is refused too, and says so
        is_led_away = route == "GET /" and status == 303
        is_refused = is_led_away or (status in {401, 403} and "password is wrong" not in text)
        if may == is_refused or status >= 500:
            surprises.append(f"{route}: {role} gets {status} {text[-300:]}")
        if is_refused and Action.VIEW in actions_of(role) and "That is for: " not in text:
            surprises.append(f"{route}: {role} is not told who may")
    assert not surprises, "\n".join(surprises)


def test_a_form_says_for_whom_it_is(
    workspace: Workspace, visitor: Callable[[], TestClient]
) -> None:
    client = visitor()
    logged_in(client, workspace, "The viewer")
    page = client.get("/decide/define").text
    assert "Your role, viewer, may not decide on a stage. That is for: owner or manager." in page
    logged_in(client, workspace, "The manager")
    page = client.get("/decide/define").text
    assert "may not" not in page
    assert "Kept under your name, The manager" in page


def test_who_has_not_logged_in_sees_the_login_and_nothing_else(
    workspace: Workspace, visitor: Callable[[], TestClient]
) -> None:
    client = visitor()
    csrf_page = client.get("/login").text
    assert "Late flights" not in csrf_page
    for route in ROUTES:
        status, text = ask(client, route)
        assert status == (303 if route.startswith("GET") else 401), route
        assert "late" not in text.lower(), route


def test_a_name_cannot_be_borrowed(workspace: Workspace, visitor: Callable[[], TestClient]) -> None:
    client = visitor()
    csrf = logged_in(client, workspace, "The manager")
    before = len(workspace.record.marks())
    newest = workspace.record.newest(["decision.define"]).get("decision.define", "")
    fields = FIELDS | {"csrf": csrf, "replacing": str(newest)}
    assert client.post("/decide/define", data=fields).status_code == 303
    entry = workspace.record.entries()[-1]
    account = workspace.record.accounts.named("the manager")
    assert len(workspace.record.marks()) == before + 1
    assert account is not None
    assert (entry.by, entry.user_id) == ("The manager", account.id)
    assert entry.verdict_as(ROWS["decision.define"].verdict).person == "The manager"  # type: ignore[attr-defined]
    assert "by The manager, logged in, on" in client.get(f"/entries/{entry.number}").text
    assert workspace.record.entry(1).user_id is None, "old entries are nobody's account"
