"""Paid work on Prolific, against a local server that answers as its API is documented."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call

from leadline.engines.crowd_platform import Platform, Study
from leadline.engines.loading import load
from leadline.errors import EngineError

TOKEN = "s3cr3t-t0ken-of-the-account"
STUDY = Study(
    name="Is it late?",
    description="Is it late?",
    url="https://example.org/label",
    reward=150,
    places=3,
    minutes=10,
)
WHY = "Every answer was given within a second, and the guidelines ask to read the whole text. " * 2


class Account:
    """What the server holds, and how it is told to fail."""

    def __init__(self) -> None:
        self.studies: list[dict[str, Any]] = []
        self.submissions: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str, Any]] = []
        # (method, end of the path) to what happens to the next requests, in turn
        self.faults: dict[tuple[str, str], list[str]] = {}
        self.url = ""

    def hand_in(self, name: str, code: str, status: str = "AWAITING REVIEW") -> None:
        self.submissions[name] = {
            "id": name,
            "participant_id": f"p-{name}",
            "status": status,
            "study_code": code,
            "time_taken": 61.5,
        }

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        parts = path.partition("?")[0].strip("/").split("/")[2:]
        if parts == ["studies"] and method == "POST":
            self.studies.append(made(body, f"study{len(self.studies)}"))
            return 201, self.studies[-1]
        if parts == ["studies"]:
            number = int(path.partition("page=")[2] or 1)
            more = {"href": f"https://elsewhere.example/api/v1/studies/?page={number + 1}"}
            following = more if number < len(self.studies) else {"href": None}
            found = self.studies[number - 1 : number]
            return 200, {"results": found, "_links": {"next": following}}
        if parts[0] == "submissions":
            submission = self.submissions[parts[1]]
            if parts[2] == "transition":
                submission["status"] = f"{body['action']}D".replace("TD", "TED")
            return 200, submission
        (study,) = [each for each in self.studies if each["id"] == parts[1]]
        if parts[2:] == ["submissions"]:
            return 200, {"results": list(self.submissions.values())}
        if parts[2:] == ["transition"]:
            assert body == {"action": "PUBLISH"}
            assert study["status"] == "UNPUBLISHED", "published twice"
            study["status"] = "ACTIVE"
        return 200, study


def made(body: dict[str, Any], name: str) -> dict[str, Any]:
    required = {
        "name", "description", "external_study_url", "prolific_id_option", "completion_codes",
        "estimated_completion_time", "reward", "total_available_places",
    }  # fmt: skip
    assert required <= body.keys()
    total = -(-body["reward"] * body["total_available_places"] * 1428 // 1000)
    return body | {"id": name, "status": "UNPUBLISHED", "places_taken": 0, "total_cost": total}


class Handler(BaseHTTPRequestHandler):
    """Speaks for one account."""

    account: Account

    def do_GET(self) -> None:
        self._do("GET")

    def do_POST(self) -> None:
        self._do("POST")

    def _do(self, method: str) -> None:
        held = self.account
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        held.requests.append((method, self.path, body))
        if self.headers["Authorization"] != f"Token {TOKEN}":
            return self._send(401, {"error": f"bad: {self.headers['Authorization']}"})
        ends = [key for key in held.faults if key[0] == method and self.path.endswith(key[1])]
        fault = held.faults[ends[0]].pop(0) if ends and held.faults[ends[0]] else ""
        if fault.isdigit():
            return self._send(int(fault), {"error": f"refused for {TOKEN}"})
        code, said = held.answer(method, self.path, body)
        if fault == "done, but 502":
            return self._send(502, {})
        if fault == "done, but cut off":
            return None
        return self._send(code, said)

    def _send(self, code: int, said: Any) -> None:
        self.send_response(code)
        if code == 302:
            self.send_header("Location", f"{self.account.url}/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """A server on this machine, and the token it wants."""
    monkeypatch.setenv("PROLIFIC_API_TOKEN", TOKEN)
    held = Account()

    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Mine", (Handler,), {"account": held}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held.url = f"http://127.0.0.1:{server.server_port}"
    yield held
    server.shutdown()
    server.server_close()


def prolific(account: Account) -> Any:
    return load("platforms", "prolific")(account.url, pause_s=0.001)


def counted(account: Account, method: str, end: str) -> int:
    return sum(verb == method and path.endswith(end) for verb, path, _ in account.requests)


def test_the_engine_keeps_the_contract(account: Account) -> None:
    assert isinstance(prolific(account), Platform)


def test_from_a_draft_to_the_pay(account: Account) -> None:
    platform = prolific(account)
    offer = platform.draft(STUDY)
    body = account.requests[-1][2]
    assert body["external_study_url"].startswith("https://example.org/label?judge={{%PROLIFIC_PID")
    assert (body["reward"], body["total_available_places"]) == (150, 3)
    assert (offer.status, offer.reward, offer.places) == ("UNPUBLISHED", 150, 3)
    assert platform.publish(offer.id).status == "ACTIVE"
    assert platform.publish(offer.id).status == "ACTIVE"
    for name in "abc":
        account.hand_in(name, offer.code)
    assert [each.judge for each in platform.submissions(offer.id)] == ["p-a", "p-b", "p-c"]
    platform.approve("a")
    platform.reject("b", WHY)
    platform.ask_back("c", "Something went wrong on our side.")
    assert [each["status"] for each in account.submissions.values()] == [
        "APPROVED", "REJECTED", "AWAITING REVIEW",
    ]  # fmt: skip
    assert account.requests[-1] == (
        "POST",
        "/api/v1/submissions/c/request-return/",
        {"request_return_reasons": ["Something went wrong on our side."]},
    )


@pytest.mark.parametrize("fault", ["done, but 502", "done, but cut off", "503", "429"])
def test_a_study_is_made_and_published_once_whatever_fails(account: Account, fault: str) -> None:
    account.faults = {("POST", "/studies/"): [fault], ("POST", "/transition/"): [fault]}
    platform = prolific(account)
    other = platform.draft(Study(**vars(STUDY) | {"name": "another"}))
    account.faults[("POST", "/studies/")] = [fault]
    offer = platform.draft(STUDY)
    assert platform.draft(STUDY).id == offer.id != other.id
    assert len(account.studies) == 2
    assert platform.publish(offer.id).status == "ACTIVE"


def test_what_is_refused_for_a_while_is_tried_five_times(account: Account) -> None:
    platform = prolific(account)
    account.faults = {("GET", "/studies/"): ["429", "500", "503"]}
    assert platform.draft(STUDY).status == "UNPUBLISHED"
    account.faults = {("GET", "/studies/"): ["503"] * 9}
    with pytest.raises(EngineError, match="did not answer, 5 times"):
        platform.draft(STUDY)
    assert len(account.faults[("GET", "/studies/")]) == 4
    account.faults = {("POST", "/transition/"): ["400"]}
    before = len(account.requests)
    with pytest.raises(EngineError, match="refused POST"):
        platform.approve("a")
    assert len(account.requests) == before + 1


def test_a_redirect_is_not_followed_with_the_token(account: Account) -> None:
    account.faults = {("GET", "/studies/"): ["302"]}
    with pytest.raises(EngineError, match="302"):
        prolific(account).draft(STUDY)
    assert not any("elsewhere" in path for _, path, _ in account.requests)


def test_the_token_is_in_no_error_log_or_file(
    account: Account,
    call: Call,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    account.faults = {("GET", "/study0/"): ["400"]}
    monkeypatch.chdir(tmp_path)
    result = call("crowd", "status", "study0", "--api", account.url)
    assert result.exit_code == 1
    assert "refused for (token)" in result.stderr
    assert TOKEN not in result.stdout + result.stderr + caplog.text + repr(prolific(account))
    assert not any(TOKEN.encode() in file.read_bytes() for file in tmp_path.rglob("*.*"))
    monkeypatch.setenv("PROLIFIC_API_TOKEN", "another")
    with pytest.raises(EngineError) as refusal:
        prolific(account).offer("study0")
    assert "another" not in str(refusal.value)
    assert "401" in str(refusal.value)


@pytest.mark.parametrize(("token", "told"), [("", "is not set"), ("a\nb", "is no token")])
def test_without_a_token_nothing_is_asked(
    account: Account, monkeypatch: pytest.MonkeyPatch, token: str, told: str
) -> None:
    monkeypatch.setenv("PROLIFIC_API_TOKEN", token)
    with pytest.raises(EngineError, match=told):
        prolific(account)
    monkeypatch.setenv("PROLIFIC_API_TOKEN", TOKEN)
    with pytest.raises(EngineError, match="is not encrypted"):
        load("platforms", "prolific")("http://api.prolific.com")
    assert not account.requests


def test_a_rejection_says_enough_and_ids_are_ids(account: Account) -> None:
    with pytest.raises(EngineError, match="at least 100"):
        prolific(account).reject("a", "bad")
    with pytest.raises(EngineError, match="is no id"):
        prolific(account).approve("../users/me")
    assert not account.requests


# --------------------------------------------------------------------------- leadline crowd


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            (),
            "20 places at 1.50 USD. Rewards 30.00 USD + fee 12.84 USD + VAT 0.00 USD = 42.84 USD.",
        ),
        (("--payer", "academic"), "Rewards 30.00 USD + fee 9.99 USD + VAT 0.00 USD = 39.99 USD."),
        (("--vat", "20", "--currency", "GBP"), "fee 12.84 GBP + VAT 2.57 GBP = 45.41 GBP."),
    ],
)
def test_the_cost_is_told_to_the_cent_without_a_token(
    call: Call, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], told: str
) -> None:
    monkeypatch.delenv("PROLIFIC_API_TOKEN", raising=False)
    result = call("crowd", "cost", "--reward", 150, "--places", 20, *options)
    assert (result.exit_code, told in result.stdout) == (0, True)


def test_money_is_in_the_currency_of_the_project(call: Call, tmp_path: Path) -> None:
    problem = 'question = "Late?"\nlabel = "late"\ntarget_score = 0.8\ncurrency = "EUR"\n'
    settings = f'[problem]\n{problem}[data]\nfiles = ["a.csv"]\n'
    (tmp_path / "leadline.toml").write_text(settings)
    result = call("crowd", "cost", "--reward", 150, "--places", 20, "-C", tmp_path)
    assert "20 places at 1.50 EUR." in result.stdout


def crowd(call: Call, account: Account, *arguments: object, typed: str = "") -> Any:
    return call("crowd", *arguments, "--api", account.url, typed=typed)


def test_nothing_is_spent_before_somebody_says_yes(call: Call, account: Account) -> None:
    drafting = ("draft", "--url", "https://example.org", "--name", "Late?", "--reward", 150,
                "--places", 3)  # fmt: skip
    dry = crowd(call, account, *drafting, "--dry-run")
    assert "= 6.43 USD." in dry.stdout
    assert not account.requests
    assert "study0 is UNPUBLISHED" in crowd(call, account, *drafting).stdout
    for arguments, typed in [(("--dry-run",), ""), ((), "n\n"), ((), "")]:
        result = crowd(call, account, "publish", "study0", *arguments, typed=typed)
        assert "= 6.43 USD." in result.stdout
        assert account.studies[0]["status"] == "UNPUBLISHED"
    assert crowd(call, account, "publish", "study0", typed="y\n").exit_code == 0
    assert account.studies[0]["status"] == "ACTIVE"
    code = account.studies[0]["completion_codes"][0]["code"]
    account.hand_in("a", code)
    account.hand_in("b", "GUESSED")
    account.hand_in("c", code, "ACTIVE")
    assert crowd(call, account, "approve", "study0", typed="n\n").exit_code != 0
    assert "would be paid" in crowd(call, account, "approve", "study0", "--dry-run").stdout
    assert counted(account, "POST", "submissions/a/transition/") == 0
    paid = crowd(call, account, "approve", "study0", "--yes")
    assert "1 paid, 1.50 USD each. Another code, to be looked at: b." in paid.stdout
    assert [each["status"] for each in account.submissions.values()] == [
        "APPROVED", "AWAITING REVIEW", "ACTIVE",
    ]  # fmt: skip
    listed = json.loads(crowd(call, account, "status", "study0", "--json").stdout)
    assert len(listed["submissions"]) == 3


def test_a_platform_that_costs_more_than_was_said_is_not_paid(call: Call, account: Account) -> None:
    prolific(account).draft(STUDY)
    account.studies[0]["total_cost"] = 644
    result = crowd(call, account, "publish", "study0", "--yes")
    assert result.exit_code == 1
    assert "6.44 USD, more than 6.43 USD" in result.stderr
    assert account.studies[0]["status"] == "UNPUBLISHED"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("cost",), "Name --reward"),
        (("draft", "--reward", 1, "--places", 1), "Name --url"),
        (("publish",), "Name what to publish"),
        (("reject", "a"), "Say --why"),
        (("cost", "--reward", 1, "--places", 1, "--vat", "x"), "--vat is a number"),
    ],
)
def test_what_is_missing_is_named(
    call: Call, account: Account, arguments: tuple[object, ...], told: str
) -> None:
    result = crowd(call, account, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
