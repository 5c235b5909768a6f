"""Logging in by a password: what opens the pages, what ends a session, what is tried in vain."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from tests.services.test_commands import DEFINE
from tests.web.logins import logged_in
from tests.web.test_pages import csrf_token

from leadline.phases.permissions import UserRole
from leadline.record import Role
from leadline.services.identity.account_changes import add_account, set_disabled, set_role
from leadline.services.invitations import invite
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]
PASSWORD = "four words that differ"
# quick: what makes guessing slow is tested where it is counted
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def workspace(make: Make) -> Workspace:
    made = make(DEFINE)
    made.record.accounts.add("Ada", UserRole.OWNER, password=HASH)
    made.record.accounts.add("Vera", UserRole.VIEWER, password=HASH)
    return made


def enter(client: TestClient, name: str = "Ada", password: str = PASSWORD, next: str = "/"):  # type: ignore[no-untyped-def]
    fields = {"name": name, "password": password, "next": next}
    return client.post("/login", data=fields | {"csrf": csrf_token(client, "/login")})


def test_a_password_opens_the_page_that_was_wanted(workspace: Workspace, visit: Visit) -> None:
    client = visit(workspace)
    sent = client.get("/rows/data")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/rows/data")
    answer = enter(client, "ada", next="/rows/data")
    assert (answer.status_code, answer.headers["location"]) == (303, "/rows/data")
    page = client.get("/rows/data").text
    assert 'href="/account"' in page
    assert "Your name" not in page, "no form asks for a name that is known"
    assert "Kept under your name, Ada" in page


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/\t/evil.example", ""],
)
def test_a_login_leads_to_these_pages_only(workspace: Workspace, visit: Visit, place: str) -> None:
    client = visit(workspace)
    assert enter(client, next=place).headers["location"] == "/"
    asked = client.get("/login", params={"next": place}).text
    assert re.findall('name="next" value="([^"]*)"', asked) == ["/"]


@pytest.mark.parametrize(("name", "password"), [("Ada", "wrong"), ("Nobody", PASSWORD), ("", "")])
def test_a_refusal_does_not_say_which_was_wrong(
    workspace: Workspace, visit: Visit, name: str, password: str
) -> None:
    client = visit(workspace)
    answer = enter(client, name, password)
    assert answer.status_code == 403
    assert "The name or the password is wrong." in answer.text
    assert client.get("/").status_code == 303


def test_a_new_session_begins_at_every_login_and_ends_the_one_before(
    workspace: Workspace, visit: Visit
) -> None:
    client = visit(workspace)
    csrf_before = csrf_token(client, "/login")
    visitor_before = dict(client.cookies)
    enter(client)
    first = dict(client.cookies)
    assert not set(visitor_before.items()) & set(first.items()), "nothing planted before is kept"
    forged = client.post("/logout", data={"csrf": csrf_before})
    assert forged.status_code == 403, "a form of before the login is worth nothing after it"
    enter(client)
    stolen = visit(workspace)
    stolen.cookies.update(first)
    assert stolen.get("/").status_code == 303


def test_a_session_ends_at_logout_and_by_an_owner(workspace: Workspace, visit: Visit) -> None:
    client = visit(workspace)
    enter(client, "Vera")
    kept = dict(client.cookies)
    assert client.get("/logout").status_code == 405
    out = client.post("/logout", data={"csrf": csrf_token(client, "/account")})
    assert out.headers["location"] == "/login"
    client.cookies.update(kept)
    assert client.get("/").status_code == 303, "the cookie alone opens nothing"
    enter(client, "Vera")
    assert client.get("/").status_code == 200
    set_disabled(workspace, "Vera", "Ada", is_disabled=True)
    assert client.get("/").status_code == 303
    assert enter(client, "Vera").status_code == 403


def test_what_was_written_as_a_login_ended_is_not_lost(workspace: Workspace, visit: Visit) -> None:
    client = visit(workspace)
    enter(client)
    form = {"csrf": csrf_token(client, "/decide/define"), "outcome": "go", "why": "It <pays> well."}
    form["seen"] = '{"data": 2}'
    kept = dict(client.cookies)
    client.post("/logout", data={"csrf": csrf_token(client, "/account")})
    client.cookies.update(kept)
    answer = client.post("/decide/define", data=form)
    assert answer.status_code == 401
    assert "nothing was written" in answer.text
    assert answer.text.count("<textarea") == 1
    assert ">It &lt;pays&gt; well.</textarea>" in answer.text
    foreign = client.post("/decide/define", data=form | {"csrf": "another"})
    assert (foreign.status_code, foreign.text) == (401, "Log in: open /login.")


def test_guesses_wait_and_the_right_password_with_them(workspace: Workspace, visit: Visit) -> None:
    client = visit(workspace)
    for _ in range(5):
        assert enter(client, password="guess").status_code == 403
    answer = enter(client)
    assert answer.status_code == 429
    assert re.search(r"Wait [12] seconds", answer.text)
    assert enter(visit(workspace), "Vera").status_code == 303, "others are not held up"


def test_a_password_is_changed_by_who_knows_it(workspace: Workspace, visit: Visit) -> None:
    client, elsewhere = visit(workspace), visit(workspace)
    csrf = logged_in(client, workspace, "Vera")
    logged_in(elsewhere, workspace, "Vera")
    new = "other words than before"
    fields = {"current": PASSWORD, "wanted": new, "again": new, "csrf": csrf}
    change = "/account/password"
    assert client.post(change, data=fields | {"current": "guess"}).status_code == 403
    assert client.post(change, data=fields | {"again": "x"}).status_code == 400
    for weak in ("short", "aaaaaaaaaaaaaa"):
        weakly = fields | {"wanted": weak, "again": weak}
        assert client.post(change, data=weakly).status_code == 400
    assert client.post(change, data=fields).status_code == 303
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303, "every other session has ended"
    assert enter(visit(workspace), "Vera", new).status_code == 303


def test_a_guest_comes_by_the_link_and_cannot_be_an_account(
    workspace: Workspace, visit: Visit
) -> None:
    from leadline.errors import SettingsError

    with pytest.raises(SettingsError, match="has an account"):
        invite(workspace, "vera", Role.LABEL, days=1, by="Ada")
    made, path = invite(workspace, "Gus", Role.LABEL, days=1, by="Ada")
    with pytest.raises(SettingsError, match="has an invitation"):
        add_account(workspace, "gus", UserRole.VIEWER, "Ada")
    guest = visit(workspace)
    assert guest.get(path).headers["location"] == "/label"
    assert guest.get("/label").status_code in {200, 409}
    assert guest.get("/").headers["location"] == "/label"
    for closed in ("/history", "/account", "/settings", "/rows/data"):
        assert guest.get(closed).status_code == 403, closed
    enter(guest, "Vera")
    assert guest.get("/history").status_code == 200, "who logs in is no guest any more"
    assert guest.get(path).status_code == 409, "and does not become one unawares"
    assert guest.get("/history").status_code == 200
    workspace.record.invitations.revoke(made.person)
    late = visit(workspace)
    assert late.get(path).status_code == 403
    assert late.get("/history").status_code == 303


def test_a_token_opens_nothing_where_people_have_accounts(
    workspace: Workspace, visit: Visit
) -> None:
    token = "correct horse battery"
    client = visit(workspace, token)
    assert client.get("/enter", params={"token": token}).headers["location"] == "/login"
    assert client.get("/").headers["location"] == "/login"


def test_the_first_account_closes_pages_that_are_being_served(make: Make, visit: Visit) -> None:
    workspace = make(())
    client = visit(workspace)
    assert "whoever reaches these pages may do all" in client.get("/login").text
    assert client.get("/").status_code == 200
    assert client.get("/account").status_code == 404
    add_account(workspace, "Ada", UserRole.OWNER, "root")
    assert client.get("/").status_code == 303


def test_a_role_changes_what_is_open_at_the_next_click(workspace: Workspace, visit: Visit) -> None:
    client = visit(workspace)
    logged_in(client, workspace, "Vera")
    assert client.get("/settings").status_code == 403
    set_role(workspace, "Vera", UserRole.MANAGER, "Ada")
    assert client.get("/settings").status_code == 200
