from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient
from tests.services.test_commands import DEFINE
from tests.web.test_pages import csrf_token, send

from leadline.web import create_app
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]
TOKEN = "correct horse battery"

DECISION = {
    "choice": "go",
    "who": "Ada",
    "why": "Fine.",
    "seen": '{"problem": 1, "data": 2, "feasibility": 3}',
    "replacing": "",
}


def n_entries(workspace: Workspace) -> int:
    return len(workspace.record.marks())


@pytest.mark.parametrize(
    "path",
    [
        "/decide/define",
        "/decide/define/keep",
        "/comments",
        "/rows/data/run",
        "/review",
        "/review/undo",
        "/review/name",
        "/review/choose",
        "/review/opinion",
        "/label",
        "/alarm",
        "/label/next",
        "/join/leave",
        "/label/undo",
        "/label/name",
        "/work-items",
        "/work-items/seal/estimate",
        "/work-items/seal/start",
        "/work-items/seal/done",
        "/work-items/seal/drop",
    ],
)
def test_no_form_is_taken_without_its_csrf_token(make: Make, visit: Visit, path: str) -> None:
    workspace = make(DEFINE)
    client = visit(workspace)
    client.get("/")
    fields = DECISION | {"said": "yes", "tuning": "1", "row": "1", "assignment": "1", "point": "a"}
    fields |= {"title": "Test", "stage": "ship", "took": "1", "about": "define", "text": "x"}
    answer = client.post(path, data=fields | {"ratio": "1"})
    assert answer.status_code == 403
    assert "not made for you" in answer.text
    assert n_entries(workspace) == 3
    assert workspace.record.jobs.newest() == ()
    assert workspace.record.labels.votes.plain() == ()
    assert workspace.record.work.all() == ()
    assert workspace.record.comments.newest() == ()


def test_every_route_that_writes_asks_for_the_csrf_token(make: Make) -> None:
    from leadline.web.routes import ROUTERS
    from leadline.web.sessions import require_csrf_token

    writing = [
        route
        for router in ROUTERS
        for route in router.routes
        if "POST" in route.methods  # type: ignore[attr-defined]
    ]
    unchecked = [
        route.path  # type: ignore[attr-defined]
        for route in writing
        if require_csrf_token not in [found.call for found in route.dependant.dependencies]  # type: ignore[attr-defined]
    ]
    assert len(writing) > 8
    assert unchecked == ["/enter"], "the token itself guards that form"


def test_a_csrf_token_is_good_for_its_own_visitor_only(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    ada, eve = visit(workspace), visit(workspace)
    stolen = csrf_token(ada, "/decide/define")
    eve.get("/")
    assert eve.post("/decide/define", data=DECISION | {"csrf": stolen}).status_code == 403
    assert eve.post("/decide/define", data=DECISION | {"csrf": stolen + "x"}).status_code == 403
    assert ada.post("/decide/define", data=DECISION | {"csrf": stolen}).status_code == 303
    assert n_entries(workspace) == 4


def test_the_second_of_two_people_is_told(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    ada, bo = visit(workspace), visit(workspace)
    tokens = csrf_token(ada, "/decide/define"), csrf_token(bo, "/decide/define")
    assert ada.post("/decide/define", data=DECISION | {"csrf": tokens[0]}).status_code == 303
    answer = bo.post("/decide/define", data=DECISION | {"choice": "stop", "csrf": tokens[1]})
    assert answer.status_code == 409
    assert "entry 4 has since taken its place" in answer.text
    assert "look again" in answer.text
    assert n_entries(workspace) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"choice": "maybe"},
        {"why": ""},
        {"who": " "},
        {"seen": "[1]"},
        {"seen": "{"},
        {"replacing": "x"},
    ],
)
def test_a_form_that_makes_no_sense_is_refused_with_words(
    make: Make, visit: Visit, change: dict[str, str]
) -> None:
    workspace = make(DEFINE)
    assert send(visit(workspace), "/decide/define", DECISION | change) == 400
    assert n_entries(workspace) == 3


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/rows/forcast", 404), ("/entries/99", 404), ("/entries/x", 400)],
)
def test_a_wrong_address_gets_a_page(make: Make, visit: Visit, path: str, status: int) -> None:
    answer = visit(make(())).get(path)
    assert answer.status_code == status
    assert "To the project" in answer.text


def test_a_fault_of_ours_shows_no_inside(
    make: Make, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("leadline.web.routes.project.project_page", fail)
    answer = visit(make(())).get("/")
    assert answer.status_code == 500
    assert "Something broke here" in answer.text
    assert "swordfish" not in answer.text


def test_every_answer_carries_the_safe_headers(make: Make, visit: Visit) -> None:
    client = visit(make())
    for path in ("/", "/rows/data", "/nowhere", "/static/leadline.css", "/entries/2/picture.svg"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
    assert client.get("/").headers["cache-control"] == "no-store"


def test_no_script_runs_but_our_own_files(make: Make, visit: Visit) -> None:
    client = visit(make())
    for path in ("/", "/nowhere", "/entries/2/picture.svg", "/report.html", "/model.html"):
        told = client.get(path).headers["content-security-policy"]
        policy = dict(each.strip().split(" ", 1) for each in told.split(";"))
        is_page = path in {"/", "/nowhere"}
        assert policy["default-src"] == "'none'", path
        assert policy.get("script-src") == ("'self'" if is_page else None), path
        assert not {"script-src-elem", "script-src-attr", "object-src", "frame-src"} & set(policy)
        if is_page:
            assert (policy["form-action"], policy["base-uri"]) == ("'self'", "'none'")
            assert policy["connect-src"] == "'self'", "scripts ask these pages alone"


def test_over_tls_no_cookie_goes_out_in_the_open(make: Make) -> None:
    client = TestClient(create_app(make(())), base_url="https://127.0.0.1")
    assert "secure" in client.get("/").headers["set-cookie"].lower()


def test_cookies_are_out_of_reach_of_scripts_and_foreign_forms(make: Make, visit: Visit) -> None:
    cookie = visit(make(())).get("/").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_two_workspaces_on_one_machine_do_not_share_cookies(make: Make, visit: Visit) -> None:
    one, other = visit(make(())).get("/"), visit(make(())).get("/")
    assert not set(one.cookies) & set(other.cookies)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_another_host_name_is_refused_on_loopback(make: Make, visit: Visit, host: str) -> None:
    answer = visit(make(())).get("/", headers={"Host": host})
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_the_names_of_this_machine_are_taken(make: Make, visit: Visit, host: str) -> None:
    assert visit(make(())).get("/", headers={"Host": host}).status_code == 200


def test_with_a_token_nobody_comes_in_without_it(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    client = visit(workspace, TOKEN)
    for path in ("/", "/history", "/report.html", "/entries/2/picture.svg", "/nowhere"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/enter"), path
    assert client.post("/decide/define", data=DECISION).status_code == 401
    assert "Late flights" not in client.get("/enter").text
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/static/leadline.css").status_code == 200


@pytest.mark.parametrize("wrong", ["", "correct horse batterz", "ä", TOKEN + " "])
def test_a_wrong_token_stays_outside(make: Make, visit: Visit, wrong: str) -> None:
    client = visit(make(()), TOKEN)
    assert client.post("/enter", data={"token": wrong}).status_code == 403
    assert client.get("/").status_code == 303


def test_the_token_opens_the_door_and_leaves_the_address(make: Make, visit: Visit) -> None:
    workspace = make(())
    client = visit(workspace, TOKEN)
    answer = client.get("/enter", params={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert TOKEN not in answer.headers["set-cookie"]
    assert client.get("/").status_code == 200
    later = visit(workspace, "another token of 16+")
    later.cookies = client.cookies
    assert later.get("/").status_code == 303, "a new token puts everybody out"


def test_a_token_that_can_be_guessed_is_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="16"):
        create_app(make(()), token="1234")
