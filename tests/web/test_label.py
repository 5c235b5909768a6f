"""The page for labelling, and coming to it by a link."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient
from tests.services.flights import append
from tests.web.test_pages import csrf_token, fields_of, send

from leadline.phases.problem import Problem
from leadline.record import Role
from leadline.services.invitations import invite
from leadline.settings.label_sections import LabelSettings
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]
DATA = ("problem", "data")
TOKEN = "correct horse battery"


def with_labels(workspace: Workspace, **labels: object) -> Workspace:
    return replace(
        workspace,
        settings=replace(workspace.settings, labels=LabelSettings(**labels)),  # type: ignore[arg-type]
    )


def begin(client: TestClient, who: str = "Ada") -> None:
    assert send(client, "/label/name", {"who": who}, form="/label") == 303


def hidden(client: TestClient) -> dict[str, str]:
    """The hidden fields of the form at hand."""
    text = client.get("/label").text.partition('action="/label"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))


def link_of(workspace: Workspace, person: str, role: Role = Role.LABEL, days: float = 1) -> str:
    return invite(workspace, person, role, days=days, by="Boss")[1]


def test_labels_are_given_by_form(make: Make, visit: Visit) -> None:
    workspace = make(DATA)
    client = visit(workspace)
    begin(client)
    form = hidden(client)
    assert set(form) == {"csrf", "assignment", "who", "stamp"}
    assert client.get("/label").text.count("<dt>") == 4
    assert hidden(client)["assignment"] == form["assignment"], "reloading shows the same item"
    assert client.post("/label", data=form | {"value": "<script>"}).status_code == 400
    assert client.post("/label", data=form | {"value": "yes"}).status_code == 303
    assert client.post("/label", data=form | {"value": "yes"}).status_code == 303, "sent twice"
    assert client.post("/label", data=form | {"value": "no"}).status_code == 409, "two windows"
    (vote,) = workspace.record.labels.votes.plain()
    assert (vote.value, vote.annotator) == ("yes", "Ada")
    assert 0 <= vote.seconds < 60
    assert send(client, "/label/undo", {"who": "Ada"}, form="/label") == 303
    assert workspace.record.labels.votes.plain() == ()
    assert hidden(client)["assignment"] != form["assignment"]


@pytest.mark.parametrize(
    ("sent", "reason", "is_skip"),
    [
        ({"unsure": "two labels fit"}, "two labels fit", False),
        ({"unsure": "own", "unsure_why": "night <i>"}, "night <i>", False),
        ({"skip": "own", "skip_why": "torn"}, "torn", True),
    ],
)
def test_unsure_and_skip_say_why(
    make: Make, visit: Visit, sent: dict[str, str], reason: str, is_skip: bool
) -> None:
    workspace = make(DATA)
    client = visit(workspace)
    begin(client)
    form = hidden(client)
    assert client.post("/label", data=form | {"skip": "own"}).status_code == 400
    data = form | {"value": ""} | sent | {"comment": "see <script>x</script>"}
    assert client.post("/label", data=data).status_code == 303
    (kept,) = (
        workspace.record.labels.votes.skips() if is_skip else workspace.record.labels.votes.plain()
    )
    assert (kept.reason, kept.comment, kept.value) == (reason, "see <script>x</script>", None)


def test_what_is_not_ones_own_is_refused(make: Make, visit: Visit) -> None:
    workspace = make(DATA)
    ada, eve = visit(workspace), visit(workspace)
    begin(ada)
    begin(eve, "Eve")
    of_ada, of_eve = hidden(ada), hidden(eve)
    stolen = of_eve | {"assignment": of_ada["assignment"], "value": "yes"}
    answer = eve.post("/label", data=stolen)
    assert answer.status_code == 409
    assert "Eve was not asked about this item" in answer.text
    assert eve.post("/label", data=of_eve | {"assignment": "9" * 30}).status_code == 400
    assert workspace.record.labels.votes.plain() == ()


def test_nothing_on_the_page_tells_what_is_hidden(make: Make, visit: Visit) -> None:
    workspace = with_labels(make(DATA), repeat_share=0.4)
    client = visit(workspace)
    begin(client)
    shapes = set()
    for _ in range(45):
        text = client.get("/label").text
        assert '<dd dir="auto">' in text, "Hebrew and Arabic run from the right"
        values = re.compile(r"<dd[^>]*>.*?</dd>|value=\"[^\"]*\"|\d+", re.DOTALL)
        shapes.add(re.sub(r" in (under a|\d+) \w+|about \d+ left, .*?\.", "", values.sub("", text)))
        assert client.post("/label", data=hidden(client) | {"value": "yes"}).status_code == 303
    assert workspace.record.labels.votes.repeats(), "some were repeats"
    assert len({len(shape) for shape in shapes}) <= 3, "but for the first page and plurals"


def test_the_budget_ends_the_work_with_a_word(make: Make, visit: Visit) -> None:
    workspace = make(DATA)
    stated = workspace.record.latest("problem")
    assert stated is not None
    assert isinstance(stated.verdict, Problem)
    append(workspace, "problem", replace(stated.verdict, budget=0.09))
    client = visit(workspace)
    begin(client)
    assert client.post("/label", data=hidden(client) | {"value": "yes"}).status_code == 303
    answer = client.post("/label", data=hidden(client) | {"value": "yes"})
    assert answer.headers["location"] == "/label?left=money"
    assert "The money for labels is spent" in client.get("/label?left=money").text
    assert len(workspace.record.labels.votes.plain()) == 2
    assert client.get("/label?left=nonsense").status_code == 400


# --------------------------------------------------------------------------- links


def test_who_comes_by_a_link_is_that_person_and_nobody_else(make: Make, visit: Visit) -> None:
    workspace = make(DATA)
    client = visit(workspace, TOKEN)
    answer = client.get(link_of(workspace, "Ben"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/label")
    assert client.get("/").headers["location"] == "/label"
    for path in ("/history", "/review", "/report.html", "/rows/data", "/stages/define"):
        assert client.get(path).status_code == 403, path
    text = client.get("/label").text
    assert "<strong>Ben</strong>" in text
    assert "/history" not in text
    assert send(client, "/label/next", {"who": "Ada"}, form="/label") == 303
    form = hidden(client) | {"who": "Ada", "value": "yes"}
    assert client.post("/label", data=form).status_code == 303
    (vote,) = workspace.record.labels.votes.plain()
    assert vote.annotator == "Ben", "whatever name the form carries"
    assert send(client, "/label/name", {"who": "Ada"}, form="/label") == 403
    assert workspace.record.invitations.all()[0].first_used_at is not None


def test_a_judge_by_link_sees_the_blind_page_alone(make: Make, visit: Visit) -> None:
    workspace = make(("problem", "data", "search", "tuning"))
    client = visit(workspace, TOKEN)
    client.get(link_of(workspace, "Ben", Role.JUDGE))
    assert client.get("/review").status_code == 200
    assert client.get("/review/choose").status_code == 403
    assert client.get("/label").status_code == 403
    form = fields_of(client, "/review") | {"said": "yes", "who": "Eve"}
    assert client.post("/review", data=form).status_code == 303
    entry = workspace.record.latest("tuning")
    assert entry is not None
    assert [one.reviewer for one in workspace.record.reviews.judgments(entry.number)] == ["Ben"]


def test_a_link_that_is_not_good_says_why(make: Make, visit: Visit) -> None:
    workspace = make(DATA)
    client = visit(workspace, TOKEN)
    good = link_of(workspace, "Ben")
    for last in set(string.ascii_letters + string.digits) - {good[-1]}:
        tampered = client.get(good[:-1] + last)
        assert tampered.status_code == 403
        assert "not one of ours" in tampered.text
    client.get(good)
    workspace.record.invitations.revoke("Ben")
    for path in (good, "/label"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "was revoked on" in answer.text
    past = datetime.now(UTC) - timedelta(minutes=1)
    old = workspace.record.invitations.invite("Cleo", Role.LABEL, by="Boss", expires_at=past)
    from leadline.services.invitations import link_token

    answer = client.get(f"/join/{link_token(workspace.secret, old)}")
    assert answer.status_code == 403
    assert "expired on" in answer.text
    assert "Ask Boss for another" in answer.text
    assert send(client, "/join/leave", {}, form="/label") == 303
    assert client.get("/label").headers["location"] == "/enter"


def test_another_persons_link_does_not_take_over_a_browser(make: Make, visit: Visit) -> None:
    workspace = make(DATA)
    client = visit(workspace)
    client.get(link_of(workspace, "Ben"))
    answer = client.get(link_of(workspace, "Cleo"))
    assert answer.status_code == 409
    assert "Ben is at work in this browser" in answer.text
    assert "<strong>Ben</strong>" in client.get("/label").text


def test_an_invited_name_cannot_be_typed(make: Make, visit: Visit) -> None:
    workspace = make(DATA)
    client = visit(workspace)
    begin(client, "Ben")
    form = hidden(client)
    link_of(workspace, "Ben")
    assert client.post("/label", data=form | {"value": "yes"}).status_code == 400
    data = {"who": " bEN ", "csrf": csrf_token(client, "/label")}
    answer = client.post("/label/name", data=data)
    assert answer.status_code == 400
    assert "comes by a link" in answer.text
    assert workspace.record.labels.votes.plain() == ()
