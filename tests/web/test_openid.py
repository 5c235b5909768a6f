"""Logging in by a real OpenID provider on this machine."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from itsdangerous import TimestampSigner
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient
from tests.services.test_commands import DEFINE

from leadline.errors import NotAllowedError
from leadline.phases.permissions import UserRole
from leadline.record import Role
from leadline.services.identity import openid_provider
from leadline.services.identity.openid_login import role_told
from leadline.services.identity.openid_provider import Provider, ProviderError
from leadline.services.invitations import invite
from leadline.settings import AccessSettings, OidcSettings
from leadline.web import create_app
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
# in a process of its own: what it imports warns, and warnings are errors here
PROVIDER = """
import sys
from oidc_provider_mock import User, run_server_in_thread

people = (
    User(sub="1", claims={"name": "Olga", "groups": ["staff", "ml-owners"]}),
    User(sub="2", claims={"name": "Vera", "groups": ["viewer"]}),
    User(sub="3", claims={"name": "Nobody", "groups": ["canteen"]}),
    User(sub="4", claims={"name": "OLGA", "groups": ["viewer"]}),
)
with run_server_in_thread(user_claims=people, require_nonce=True) as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROVIDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield f"http://localhost:{int(process.stdout.readline())}"
        process.communicate("")


@pytest.fixture
def workspace(make: Make, issuer: str) -> Workspace:
    oidc = OidcSettings(
        issuer=issuer,
        client_id="leadline",
        role_claim="groups",
        roles={"ml-owners": UserRole.OWNER},
    )
    made = make(DEFINE)
    return replace(made, settings=replace(made.settings, access=AccessSettings(oidc=oidc)))


@pytest.fixture
def client(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("LEADLINE_OIDC_SECRET", "a secret")
    return TestClient(create_app(workspace), "http://127.0.0.1", follow_redirects=False)


def at_provider(client: TestClient, sub: str, after: str = "/") -> tuple[str, dict[str, list[str]]]:
    """Go to the provider and say who one is: where it sends the browser, and what it was asked."""
    import httpx2

    sent = client.get("/login/openid", params={"next": after})
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]
    answer = httpx2.post(address, data={"sub": sub})
    return answer.headers["location"], parse_qs(urlsplit(address).query)


def back(client: TestClient, location: str):  # type: ignore[no-untyped-def]
    parts = urlsplit(location)
    return client.get(f"{parts.path}?{parts.query}")


def test_who_comes_first_time_gets_an_account_with_the_role_told(
    client: TestClient, workspace: Workspace
) -> None:
    assert client.get("/").headers["location"] == "/login", "a provider alone asks for a login"
    assert "/login/openid" in client.get("/login").text
    location, asked = at_provider(client, "1", "/rows/data")
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://127.0.0.1/login/openid/back"]
    answer = back(client, location)
    assert (answer.status_code, answer.headers["location"]) == (303, "/rows/data")
    assert "Olga" in client.get("/account").text
    account = workspace.record.accounts.named("Olga")
    assert account is not None
    assert (account.role, account.password) == (UserRole.OWNER, None)

    again = back(client, location)
    assert again.status_code == 403, "a code comes back once"
    back(client, at_provider(client, "1")[0])
    assert len(workspace.record.accounts.all()) == 1


def test_a_role_follows_the_provider_and_a_name_cannot_be_taken(
    client: TestClient, workspace: Workspace
) -> None:
    back(client, at_provider(client, "1")[0])
    assert back(client, at_provider(client, "3")[0]).status_code == 403
    refused = back(client, at_provider(client, "4")[0])
    assert refused.status_code == 403
    assert "OLGA has an account already" in refused.text
    assert back(client, at_provider(client, "2")[0]).status_code == 303
    vera = workspace.record.accounts.named("Vera")
    assert vera is not None
    workspace.record.accounts.set_role(vera.id, UserRole.ENGINEER)
    back(client, at_provider(client, "2")[0])
    now = workspace.record.accounts.named("Vera")
    assert now is not None
    assert now.role is UserRole.VIEWER
    workspace.record.accounts.set_disabled(vera.id, is_disabled=True)
    refused = back(client, at_provider(client, "2")[0])
    assert (refused.status_code, "disabled" in refused.text) == (403, True)


def test_a_name_that_was_invited_comes_by_its_link_only(
    client: TestClient, workspace: Workspace
) -> None:
    back(client, at_provider(client, "1")[0])
    invite(workspace, "vera", Role.LABEL, days=1, by="Olga")
    refused = back(client, at_provider(client, "2")[0])
    assert refused.status_code == 403
    assert "has an invitation that is still good" in refused.text
    assert workspace.record.accounts.named("Vera") is None


def test_a_login_that_another_browser_began_is_refused(
    client: TestClient, workspace: Workspace
) -> None:
    location, _ = at_provider(client, "1")
    other = TestClient(create_app(workspace), "http://127.0.0.1", follow_redirects=False)
    assert back(other, location).status_code == 403, "no login was begun there"
    at_provider(other, "2")
    refused = back(other, location)
    assert refused.status_code == 403, "and this state is of another one"
    assert "not begun in this browser" in refused.text, "the code is not even asked about"
    denied = client.get("/login/openid/back", params={"error": "access_denied", "state": "x"})
    assert denied.status_code == 403
    assert workspace.record.accounts.all() == ()


def test_the_verifier_fits_the_challenge_and_is_shown_with_the_code_only(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: dict[str, list[str]] = {}
    asked = openid_provider._asked

    def listen(url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, object]:
        if body is not None:
            posted.update(parse_qs(body.decode()), basic=[headers.get("Authorization", "")])
        return asked(url, body, headers)

    monkeypatch.setattr(openid_provider, "_asked", listen)
    location, sent = at_provider(client, "1")
    back(client, location)
    digest = hashlib.sha256(posted["code_verifier"][0].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == sent["code_challenge"][0]
    assert "code_verifier" not in sent
    assert posted["basic"][0].startswith("Basic ")
    assert "client_secret" not in posted


def test_a_login_is_good_for_ten_minutes_only(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    location, _ = at_provider(client, "1")
    now = TimestampSigner("").get_timestamp()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + 605)
    refused = back(client, location)
    assert (refused.status_code, "too long ago" in refused.text) == (403, True)
    assert workspace.record.accounts.all() == ()


@pytest.mark.parametrize(
    ("said", "role"),
    [
        (["viewer", "engineer", "scientist"], UserRole.SCIENTIST),
        (["viewer", "ml-owners"], UserRole.OWNER),
        ("engineer", UserRole.ENGINEER),
        ("Owner", UserRole.VIEWER),
        ([["owner"], 1, None], UserRole.VIEWER),
        ({"owner": True}, UserRole.VIEWER),
        (None, UserRole.VIEWER),
    ],
)
def test_of_several_roles_the_first_counts_and_of_none_the_default(
    said: object, role: UserRole
) -> None:
    settings = OidcSettings(
        issuer="https://it",
        client_id="leadline",
        roles={"ml-owners": UserRole.OWNER},
        default_role=UserRole.VIEWER,
    )
    assert role_told(settings, {"role": said}) is role


CLAIMS = {"iss": "https://it", "aud": "leadline", "sub": "1", "nonce": "n", "iat": 0, "exp": 2**33}


@pytest.mark.parametrize(
    ("change", "algorithm"),
    [
        ({"iss": "https://another"}, "RS256"),
        ({"aud": "another client"}, "RS256"),
        ({"aud": ["leadline", "another"], "azp": "another"}, "RS256"),
        ({"nonce": "of another login"}, "RS256"),
        ({"nonce": None}, "RS256"),
        ({"exp": 1_000_000}, "RS256"),
        ({"exp": None}, "RS256"),
        ({}, "HS256"),
        ({}, "none"),
        ({}, "another key"),
    ],
)
def test_a_token_whose_word_does_not_count_is_refused(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object], algorithm: str
) -> None:
    key, stranger = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
    monkeypatch.setattr(
        openid_provider, "_get", lambda _: {"keys": [key.as_dict(is_private=False)]}
    )
    settings = OidcSettings(issuer="https://it", client_id="leadline")
    provider = Provider(settings, "", "", "keys", ())
    good = jwt.encode({"alg": "RS256"}, CLAIMS, key)
    assert provider._trusted(good, "n")["sub"] == "1"
    claims = {name: value for name, value in (CLAIMS | change).items() if value is not None}
    if algorithm == "none":
        head, body, _ = good.split(".")
        head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        token = f"{head}.{body}."
    elif algorithm == "HS256":
        from joserfc.jwk import OctKey

        secret = OctKey.import_key("a secret that both sides have, long enough")
        token = jwt.encode({"alg": "HS256"}, claims, secret)
    elif algorithm == "another key":
        token = jwt.encode({"alg": "RS256"}, claims, stranger)
    else:
        token = jwt.encode({"alg": algorithm}, claims, key)
    with pytest.raises(NotAllowedError):
        provider._trusted(token, "n")


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.org/keys",
        "http://localhost.example.org/keys",
        "http://localhost@login.example.org/keys",
        "http://127.0.0.1.example.org/keys",
        "file:///etc/passwd",
        "http://[/keys",
    ],
)
def test_nothing_is_asked_of_an_address_that_is_not_encrypted(address: str) -> None:
    with pytest.raises(ProviderError, match="not encrypted"):
        openid_provider._get(address)


@pytest.mark.parametrize(
    ("body", "leads_to", "n_asked"),
    [
        (None, "/there", 2),
        (None, "http://login.example.org/there", 1),
        (b"code=x", "/there", 1),
    ],
)
def test_a_redirect_takes_neither_secret_nor_question_elsewhere(
    body: bytes | None, leads_to: str, n_asked: int
) -> None:
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            is_there = self.path == "/there"
            self.send_response(200 if is_there else 302)
            self.send_header("Location", leads_to)
            self.end_headers()
            self.wfile.write(b"{}" if is_there else b"")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        address = f"http://127.0.0.1:{server.server_port}/here"
        try:
            with (
                nullcontext() if n_asked > 1 else pytest.raises(ProviderError, match="answers 302")
            ):
                openid_provider._asked(address, body, {"Authorization": "Basic x"})
        finally:
            server.shutdown()
    assert len(asked) == n_asked
