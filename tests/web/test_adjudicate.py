"""The page on which one person decides what votes leave open."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.testclient import TestClient
from tests.web.test_label import DATA, link_of, with_labels
from tests.web.test_pages import send

from leadline.record import Role, Vote
from leadline.services.labelling.worklist import work_of
from leadline.services.queries import adjudication_page
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]


def disputed(make: Make, n: int = 2) -> Workspace:
    """A workspace where two people said different things of some items."""
    workspace = with_labels(make(DATA), votes=2)
    work_of(workspace)
    for _ in range(n):
        item = _fresh(workspace)
        workspace.record.labels.votes.add(
            Vote(item, "Ada", "yes", 2.0, comment="<b>late</b> at the gate")
        )
        workspace.record.labels.votes.add(Vote(item, "Bo", None, 2.0, reason="too little to go on"))
        workspace.record.labels.votes.add(Vote(item, "Cy", "no", 2.0))
    return workspace


def _fresh(workspace: Workspace) -> str:
    """The key of an item that nobody has voted on."""
    from leadline.labelling.item_pool import item_pool
    from leadline.phases.data import Data

    entry = workspace.record.latest("data")
    assert entry is not None
    assert isinstance(entry.verdict, Data)
    voted = {vote.item for vote in workspace.record.labels.votes.plain()}
    pool = item_pool(workspace.artifacts, entry.verdict)
    return next(item.key for item in pool.items if item.key not in voted)


def form_of(client: TestClient, path: str = "/adjudicate") -> dict[str, str]:
    """The hidden fields of the form that decides."""
    text = client.get(path).text.partition('action="/adjudicate"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))


def test_a_decision_by_form_is_kept_changed_and_undone(make: Make, visit: Visit) -> None:
    workspace = disputed(make)
    client = visit(workspace)
    assert "Begin" in client.get("/adjudicate").text
    assert send(client, "/adjudicate/name", {"who": "Dan"}, form="/adjudicate") == 303
    text = client.get("/adjudicate").text
    assert "0 decided, 2 open" in text
    assert "&lt;b&gt;late&lt;/b&gt; at the gate" in text
    assert "too little to go on" in text
    form = form_of(client)
    assert client.post("/adjudicate", data=form | {"value": "<script>"}).status_code == 400
    assert client.post("/adjudicate", data=form | {"value": "yes"}).status_code == 303
    assert client.post("/adjudicate", data=form | {"value": "yes"}).status_code == 303, "sent twice"
    outdated = client.post("/adjudicate", data=form | {"value": "no"})
    assert outdated.status_code == 409
    assert "Dan decided it last" in outdated.text
    assert workspace.record.labels.adjudications.labels() == {form["item"]: "yes"}
    again = form_of(client, f"/adjudicate?item={form['item']}")
    data = again | {"leave_out": "yes", "reason": "the <i>photo</i> is torn"}
    assert client.post("/adjudicate", data=data).status_code == 303
    (made,) = workspace.record.labels.adjudications.newest()
    assert (made.value, made.reason, made.adjudicator) == (None, "the <i>photo</i> is torn", "Dan")
    assert 0 <= made.seconds < 60
    assert "the &lt;i&gt;photo&lt;/i&gt; is torn" in client.get("/adjudicate").text
    assert send(client, "/adjudicate/undo", {"who": "Dan"}, form="/adjudicate") == 303
    assert workspace.record.labels.adjudications.labels() == {form["item"]: "yes"}
    assert client.get("/adjudicate?item=nothing").status_code == 404


def test_who_comes_by_a_link_decides_and_does_nothing_else(make: Make, visit: Visit) -> None:
    workspace = disputed(make, 1)
    client = visit(workspace, "correct horse battery")
    assert client.get(link_of(workspace, "Dan", Role.ADJUDICATE)).headers["location"] == (
        "/adjudicate"
    )
    assert client.get("/label").status_code == 403
    assert client.get("/rows/labelling").status_code == 403
    form = form_of(client) | {"who": "Ada", "value": "no"}
    assert client.post("/adjudicate", data=form).status_code == 303
    (made,) = workspace.record.labels.adjudications.newest()
    assert made.adjudicator == "Dan", "whatever name the form carries"
    assert "Nothing waits for a decision, Dan" in client.get("/adjudicate").text
    labeller = visit(workspace, "correct horse battery")
    labeller.get(link_of(workspace, "Eve"))
    assert labeller.get("/adjudicate").status_code == 403, "labelling stays blind"


def test_items_may_be_passed_over_one_after_another_and_come_again(make: Make) -> None:
    workspace = disputed(make, 3)
    page = adjudication_page(workspace, "Dan")
    shown = []
    for _ in range(4):
        assert page.at_hand is not None
        shown.append(page.at_hand.item.key)
        page = adjudication_page(workspace, "Dan", page.later)
    assert len(set(shown[:3])) == 3
    assert shown[3] == shown[0]


def test_the_only_open_item_has_none_after_it(make: Make) -> None:
    page = adjudication_page(disputed(make, 1), "Dan")
    assert page.at_hand is not None
    assert page.later == ""
