from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient
from tests.challenges import example_challenge
from tests.examples import (
    example_capacity,
    example_data,
    example_decay,
    example_decision,
    example_feasibility,
    example_forecast,
    example_monitor,
    example_problem,
    example_release,
    example_tuning,
    example_verdicts,
)
from tests.phases.again import again
from tests.services.flights import append
from tests.services.test_commands import DEFINE, UNTIL_TUNING, judge_all

from leadline.charts import picture_cache
from leadline.cli import main
from leadline.phases.data import Leak
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.target.measured_target import on_test_rows
from leadline.phases.verdict import Answer, Bounds
from leadline.record import JobState
from leadline.services.commands import choose_point, decide, judge
from leadline.services.queries.next_steps import Act, steps
from leadline.services.queries.project_state import ProjectState
from leadline.services.queries.review import newest_tuning
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.web.templating import make_templates
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
Visit = Callable[..., TestClient]

PATHS = [
    "/",
    "/history",
    "/compare",
    "/rows/problem/run",
    "/rows/tuning/run",
    "/portfolio",
    "/money",
    "/timeline",
    "/work-items/seal",
    "/review",
    "/review/choose",
    "/review/consequences",
    "/review/summary",
    "/label",
    "/health",
    *(f"/stages/{stage}" for stage in Stage),
    *(f"/decide/{stage}" for stage in Stage),
]


def test_the_data_page_has_what_the_audit_found_as_a_table(make: Make, visit: Visit) -> None:
    found = again(example_data(), leaks=(Leak(column="refunded", score=0.993),))
    workspace = make(["problem"])
    append(workspace, "data", found)
    page = visit(workspace).get("/rows/data").text
    table = page.partition("What the audit found")[2].partition("</table>")[0]
    assert "<td>refunded</td><td>score 0.993" in table
    assert "exclude = [&#39;refunded&#39;]" in table


def text_of(html: str) -> str:
    """What people read on a page: words of the glossary stand in tags of their own."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def csrf_token(client: TestClient, path: str = "/") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found, f"{path} has no form"
    return found[1]


def fields_of(client: TestClient, path: str) -> dict[str, str]:
    """The hidden fields of the first form of a page."""
    form = client.get(path).text.partition("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def fields_of_page(text: str) -> dict[str, str]:
    """The hidden fields of all forms of a page."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


def send(client: TestClient, path: str, data: dict[str, str], *, form: str = "") -> int:
    return client.post(path, data=data | {"csrf": csrf_token(client, form or path)}).status_code


def test_every_page_of_a_full_record_answers(make: Make, visit: Visit) -> None:
    client = visit(make())
    for path in [*PATHS, *(f"/rows/{row}" for row in ROWS), *(f"/entries/{n}" for n in (1, 9))]:
        assert client.get(path).status_code == 200, path


def test_below_the_target_going_on_is_a_choice_that_says_so(make: Make, visit: Visit) -> None:
    workspace = make([*UNTIL_TUNING, "review"])
    missed = on_test_rows(example_tuning(), 0.825)
    append(workspace, "release", again(example_release(), target=missed))
    client = visit(workspace)
    for path in ("/", "/rows/tuning", "/rows/release", "/decide/ship"):
        assert missed.words in text_of(client.get(path).text), path
    asked = [step for step in steps(ProjectState.of(workspace.record)) if step.act is Act.DECIDE]
    assert [(step.why, step.command) for step in asked] == [
        ("Release: below the target.", "leadline decide ship go --below-target")
    ]
    form = client.get("/decide/ship").text
    assert 'value="go"' not in form
    fields = {**fields_of_page(form), "why": "It helps.", "who": "Ada"}
    plain = client.post("/decide/ship", data=fields | {"choice": "go"})
    assert plain.status_code == 409
    assert "must sign that it is below the target" in plain.text
    signed = client.post("/decide/ship", data=fields | {"choice": "go-below-target"})
    assert signed.status_code == 303
    assert "below the target (Measured" in client.get("/stages/ship").text


@pytest.mark.parametrize("rows", [(), ("problem",), DEFINE])
def test_every_row_without_a_verdict_says_why(
    make: Make, visit: Visit, rows: tuple[str, ...]
) -> None:
    client = visit(make(rows))
    assert client.get("/").status_code == 200
    for row in ROWS:
        assert client.get(f"/rows/{row}").status_code == 200, row
    assert client.get("/stages/train").status_code == 200
    assert client.get("/review").status_code == 409
    assert client.get("/history").status_code == 200


def test_verdicts_with_nothing_to_show_have_pages_too(make: Make, visit: Visit) -> None:
    workspace = make()
    forecast = example_forecast()
    bare = {
        "feasibility": replace(example_feasibility(), ceiling=None, n_test_needed=None),
        "forecast": replace(
            forecast,
            label_cost=0.0,
            needs=tuple(
                replace(need, n_rows=None, n_more=None, cost=None, hours=None)
                for need in forecast.needs
            ),
        ),
        "decay": replace(
            example_decay(), staleness=(), retrain_every=None, flat_low=None, flat_high=None
        ),
        "monitor": replace(
            example_monitor(), blocks=(), run_length=None, self_test=None, alarms=()
        ),
    }
    client = visit(workspace)
    for row, verdict in bare.items():
        append(workspace, row, verdict)
        assert client.get(f"/rows/{row}").status_code == 200, row
    assert "cannot be promised" in client.get("/rows/forecast").text


def test_decay_shows_what_age_adds_to_the_cost_of_errors(make: Make, visit: Visit) -> None:
    workspace = make()
    dearer = Bounds(estimate=0.25, low=-0.01, high=0.6)
    priced = tuple(replace(each, added_cost=dearer) for each in example_decay().staleness)
    kinds = {"cost_error": None, "cost_miss": 30.0, "cost_false_alarm": 10.0}
    append(workspace, "decay", again(example_decay(), staleness=priced, **kinds))
    text = visit(workspace).get("/rows/decay").text
    assert "30.00 USD for a miss and 10.00 USD for a false alarm" in text
    assert text.count("250 (-10 to 600)") == len(example_decay().by_age)
    cheap = Bounds(estimate=0.0003, low=-0.0002, high=0.0009)
    cents = tuple(replace(each, added_cost=cheap) for each in priced)
    append(workspace, "decay", again(example_decay(), staleness=cents, **kinds))
    assert "0.300 (-0.200 to 0.900)" in visit(workspace).get("/rows/decay").text
    append(workspace, "decay", example_decay())
    assert "Errors cost more" not in visit(workspace).get("/rows/decay").text


def test_a_monitor_shows_the_release_beside_its_challenger(make: Make, visit: Visit) -> None:
    workspace = make()
    due = replace(example_challenge(), price=40.0, due_since="2025-01-27")
    append(workspace, "monitor", again(example_monitor(), challenge=due))
    text = visit(workspace).get("/rows/monitor").text
    assert due.words in text
    table = text.partition("Beside a challenger")[2].partition("</table>")[0]
    assert table.count("<tr>") == 1 + len(due.blocks)
    assert "50 new rows" in table
    assert '2025-01-27 <span class="badge no">retrain</span>' in table
    assert "42.00 USD" in table


def test_a_row_without_a_template_of_its_own_shows_its_table() -> None:
    part = make_templates().env.get_template("parts/numbers.html")
    text = part.render(verdict=example_capacity())
    assert "<caption>One instance under load</caption>" in text
    assert '<tr><th scope="row">634</th><td>6,336</td><td>19.4 ms</td>' in text
    assert '<tr><th scope="row">422 (the plan)</th>' in text
    assert "<table>" not in part.render(verdict=example_decision(Stage.SHIP))


def test_the_project_page_tells_a_manager_four_things(make: Make, visit: Visit) -> None:
    text = visit(make()).get("/").text
    for words in (
        "What must be done now",
        "How likely is success?",
        "What has it cost?",
        "Where are we?",
        "of 500 USD granted",
        "buy more rows",
    ):
        assert words in text


def test_names_and_values_of_the_data_are_shown_as_text(make: Make, visit: Visit) -> None:
    client = visit(make(UNTIL_TUNING))
    send(client, "/review/name", {"who": "<script>alert(1)</script>"}, form="/review")
    text = client.get("/review").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    scripts = re.findall(r"<script[^>]*>", text)
    assert scripts == ['<script src="/static/keys.js" defer>']
    assert "<b>EV</b>" not in text


def test_a_judge_is_not_shown_what_the_model_thinks(make: Make, visit: Visit) -> None:
    workspace = make(UNTIL_TUNING)
    entry = workspace.record.latest("tuning")
    assert entry is not None
    client = visit(workspace)
    send(client, "/review/name", {"who": "Ada"}, form="/review")
    text = client.get("/review").text
    assert "dep_delay" in text
    for point in entry.verdict.points:  # type: ignore[attr-defined]
        assert point.name not in text
        assert f"{point.threshold:g}" not in text
    for word in ("score", "threshold", "precision", "recall", "probab", "cautious", "flagged"):
        assert word not in text.lower(), word


def test_judgments_are_kept_one_after_another_and_taken_back(make: Make, visit: Visit) -> None:
    workspace = make(UNTIL_TUNING)
    client = visit(workspace)
    send(client, "/review/name", {"who": "Ada"}, form="/review")
    for said in ("yes", "no", "unsure"):
        fields = fields_of(client, "/review") | {"said": said}
        assert client.post("/review", data=fields).status_code == 303
    judged = workspace.record.reviews.judgments(8)
    assert sorted(map(str, (one.is_positive for one in judged))) == ["False", "None", "True"]
    assert all(0 <= one.seconds < 60 for one in judged)
    assert send(client, "/review/undo", {"tuning": "8", "who": "Ada"}, form="/review") == 303
    assert len(workspace.record.reviews.judgments(8)) == 2


def test_a_point_is_chosen_by_form(make: Make, visit: Visit) -> None:
    workspace = make(UNTIL_TUNING)
    judge_all(workspace)
    client = visit(workspace)
    page = client.get("/review/choose?ratio=500").text
    assert "Clear." in page
    assert "yet unclear" not in page
    answer = {
        "point": "balanced",
        "ratio": "4",
        "why": "So.",
        "who": "Ada",
        "tuning": "8",
        "replacing": "",
    }
    assert send(client, "/review/choose", answer) == 303
    chosen = workspace.record.latest("review")
    assert chosen is not None
    assert (chosen.verdict.cost_miss, chosen.verdict.cost_false_alarm) == (40, 10)  # type: ignore[attr-defined]
    assert send(client, "/review/choose", answer) == 409, "the page was answered before"
    assert send(client, "/review/choose", answer | {"ratio": "nan", "replacing": "9"}) == 400


def test_what_keeps_a_clear_choice_unclear_is_told_before_it_is_made(
    make: Make, visit: Visit
) -> None:
    workspace = make(UNTIL_TUNING)
    judge_all(workspace)
    number, tuning, _ = newest_tuning(workspace)
    rows = rows_to_judge(workspace.artifacts, tuning)
    for row in rows[: len(rows) // 5]:
        judge(workspace, number, row, None, "Ada", 3.0)
    page = visit(workspace).get("/review/choose?ratio=500").text
    assert "Clear which costs least, and yet unclear." in page
    assert "but many rows judged have no clear answer: the choice goes on the record as" in page
    costs = ["--cost-miss", "500", "--cost-false-alarm", "1"]
    words = ["review", "-C", str(workspace.folder), "--by", "Ada", *costs]
    said = CliRunner().invoke(main, words).stdout
    assert "the choice would be unclear all the same: many rows judged" in said.lower()
    choice = choose_point(workspace, "catch-all", 500.0, 1.0, "so", "Ada")
    assert choice.verdict.answer is Answer.UNCLEAR


def test_a_job_is_asked_for_and_followed(make: Make, visit: Visit) -> None:
    workspace = make(("problem",))
    client = visit(workspace)
    answer = client.post(
        "/rows/data/run", data={"who": "Ada", "csrf": csrf_token(client, "/rows/data")}
    )
    assert answer.headers["location"] == "/jobs/1"
    text = client.get("/jobs/1").text
    assert 'http-equiv="refresh"' in text
    assert "leadline worker" in text
    assert "leadline worker" in client.get("/").text
    workspace.record.jobs.claim("w")
    assert "leadline worker" not in client.get("/").text, "one is at it"
    workspace.record.jobs.beat(1, worker="w", message="reading the files", share=0.5)
    assert "reading the files" in client.get("/jobs/1").text
    workspace.record.jobs.finish(1, worker="w", state=JobState.FAILED, message="No file.")
    text = client.get("/jobs/1").text
    assert 'http-equiv="refresh"' not in text
    for path in ("/rows/data", "/"):
        assert "The last attempt failed." in client.get(path).text, path
    workspace.record.jobs.put("feasibility", by="Ada")
    workspace.record.jobs.claim("w")
    workspace.record.jobs.finish(2, worker="w", state=JobState.FAILED, message="No rows.")
    text = client.get("/").text
    assert "No file." in text
    assert "No rows." not in text, "what is to be run is another row"
    assert client.get("/jobs/7").status_code == 404


def test_a_job_is_cancelled_and_leads_back_to_its_page(make: Make, visit: Visit) -> None:
    workspace = make(("problem",))
    client = visit(workspace)
    asked = {"who": "Ada", "page": "/", "csrf": csrf_token(client, "/rows/data")}
    client.post("/rows/data/run", data=asked)
    workspace.record.jobs.claim("w")
    assert "At work" in client.get("/").text
    assert client.post("/jobs/1/cancel", data={"who": "Cy"}).status_code == 403, "no token"
    assert send(client, "/jobs/1/cancel", {"who": " "}, form="/jobs/1") == 400
    assert send(client, "/jobs/1/cancel", {"who": "Cy"}, form="/jobs/1") == 303
    assert "its worker is ending it" in client.get("/jobs/1").text
    workspace.record.jobs.finish(1, worker="w", state=JobState.CANCELLED)
    text = client.get("/jobs/1").text
    assert "Cancelled by Cy" in text
    assert '<a class="button" href="/">' in text
    assert "The last attempt was cancelled." in client.get("/rows/data").text
    assert send(client, "/jobs/1/cancel", {"who": "Cy"}, form="/rows/data") == 303, "it is already"
    assert send(client, "/jobs/9/cancel", {"who": "Cy"}, form="/rows/data") == 404


def test_who_waited_for_a_job_is_brought_back(make: Make, visit: Visit) -> None:
    workspace = make(("problem",))
    client = visit(workspace)
    workspace.record.jobs.put("data", by="Ada", page="/stages/define")
    workspace.record.jobs.claim("w")
    workspace.record.jobs.finish(1, worker="w", state=JobState.DONE)
    assert 'content="3; url=/stages/define"' in client.get("/jobs/1").text


def test_money_and_time_of_an_empty_and_of_a_full_record(make: Make, visit: Visit) -> None:
    workspace = make()
    full_settings = workspace.settings
    empty, full = visit(make(())), visit(workspace)
    assert "Nothing is spent yet" in empty.get("/money").text
    assert "the project has not begun" in empty.get("/timeline").text
    for path in ("/money", "/timeline"):
        assert empty.get(f"{path}/picture.svg").status_code == 409
        assert f'src="{path}/picture.svg"' in full.get(path).text
        assert full.get(f"{path}/picture.svg").text.startswith("<svg")
    assert full.get("/timeline?by=soon").status_code == 400
    assert empty.get("/plan").status_code == 409
    assert full.get("/plan?budget=much").status_code == 400
    assert full.get("/plan?budget=-5").status_code == 400
    assert full.get("/plan?budget=1e18").status_code == 400
    assert full.get(f"/plan?budget={'+'.join(map(str, range(9)))}").status_code == 400
    ungranted = replace(full_settings.problem, budget=0.0)
    asking = visit(replace(workspace, settings=replace(full_settings, problem=ungranted)))
    told = asking.get("/plan").text
    assert "No budget is granted" in told
    assert 'name="budget"' in told
    assert "/plan/picture.svg" not in told
    assert asking.get("/plan/picture.svg").status_code == 400
    told = asking.get("/plan?budget=200+300").text
    assert "What to buy with 300 USD" in told, "the largest stands for the one that is granted"
    told = full.get("/plan?budget=300").text
    assert "the chance that the target is met" in told
    assert 'src="/plan/picture.svg?budget=300"' in told
    assert full.get("/plan/picture.svg?budget=300").text.startswith("<svg")
    assert "put there by Ada Ops" in full.get("/").text
    told = full.get("/rows/tuning").text
    assert "flag nothing" in told
    assert "the cheapest way without a model" in told
    falling = example_forecast()
    append(workspace, "forecast", again(falling, errors=falling.errors[::-1]))
    assert "The error rises at the largest sizes" in full.get("/plan?budget=300").text


def test_the_problem_is_stated_at_once(make: Make, visit: Visit) -> None:
    workspace = make(())
    assert send(visit(workspace), "/rows/problem/run", {"who": "Ada"}, form="/") == 303
    entry = workspace.record.latest("problem")
    assert entry is not None
    assert entry.by == "Ada"


def test_a_picture_never_changes_and_is_sent_once(make: Make, visit: Visit) -> None:
    client = visit(make())
    found = re.search(
        r'<img src="(/entries/\d+/picture.svg[^"]*)"', client.get("/rows/search").text
    )
    assert found
    first = client.get(found[1])
    assert first.headers["content-type"] == "image/svg+xml"
    assert "immutable" in first.headers["cache-control"]
    assert first.text.startswith("<svg")
    again = client.get(found[1], headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/entries/1/picture.svg").status_code == 404
    phone = client.get(f"{found[1]}&sheet=narrow")
    assert phone.headers["etag"] != first.headers["etag"]
    width = re.compile(r'<svg[^>]* width="(\d+)"')
    wide, narrow = (int(width.findall(each.text)[0]) for each in (first, phone))
    assert narrow < 450 < wide
    assert client.get(f"{found[1]}&sheet=tall").status_code == 400


def test_the_report_is_one_file_of_its_own_and_its_pictures_are_drawn_once(
    make: Make, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visit(make())
    answer = client.get("/report.html")
    assert answer.status_code == 200
    assert "<svg" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    monkeypatch.setattr(picture_cache, "drawings_of", None)
    monkeypatch.setattr(picture_cache, "_drawing_of", None)
    drawn = re.compile(r"<svg.*?</svg>", re.DOTALL)
    again = client.get("/report.html")
    assert drawn.findall(again.text) == drawn.findall(answer.text)


def test_the_model_document_is_a_click_away_from_its_release(make: Make, visit: Visit) -> None:
    client = visit(make())
    (link,) = re.findall(r'href="(/model.html\?release=\w+)"', client.get("/rows/release").text)
    answer = client.get(link)
    assert answer.status_code == 200
    assert link.rpartition("=")[2] in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.get("/model.html").text == answer.text, "it is the one in service"
    refused = client.get("/model.html?release=nowhere")
    assert refused.status_code == 409
    assert "names no release" in text_of(refused.text)


def test_consequences_are_told_in_the_projects_own_words(make: Make, visit: Visit) -> None:
    workspace = make(UNTIL_TUNING)
    judge_all(workspace)
    client = visit(workspace)
    text = client.get("/review/consequences?volume=500&per=week").text
    for words in ("a missed connection", "a crew held for nothing", "Of 500 flights a week"):
        assert words in text
    assert client.get("/review/consequences?volume=0").status_code in (400, 422)


def test_an_opinion_is_given_beside_the_choice(make: Make, visit: Visit) -> None:
    workspace = make(UNTIL_TUNING)
    judge_all(workspace)
    client = visit(workspace)
    answer = {"ratio": "12", "who": "Bo", "tuning": "8", "why": "angry calls"}
    assert send(client, "/review/opinion", answer, form="/review/choose") == 303
    text = client.get("/review/choose").text
    assert "Bo: 12 false alarms" in text
    assert "angry calls" in text


def test_a_comment_is_kept_by_form_and_does_nothing_but_speak(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    client = visit(workspace)
    said = {"about": "entry 3", "text": "**Dear** <script>x</script>, @Bo?", "who": "Ada"}
    assert send(client, "/comments", said, form="/entries/3") == 303
    for path in ("/", "/stages/define", "/entries/3", "/rows/feasibility", "/report.html"):
        page = client.get(path).text
        assert "<strong>Dear</strong> &lt;script&gt;x&lt;/script&gt;, @Bo?" in page, path
    assert "Dear" not in client.get("/stages/find").text
    assert send(client, "/comments", said | {"about": "entry 9"}, form="/entries/3") == 404
    assert len(workspace.record.comments.newest()) == 1


def test_who_runs_again_sees_first_what_was_signed(make: Make, visit: Visit) -> None:
    workspace = make()
    client = visit(workspace)
    row = client.get("/rows/tuning").text
    assert 'href="/rows/tuning/run"' in row
    assert 'action="/rows/tuning/run"' not in row
    asked = client.get("/rows/tuning/run").text
    assert "Decision on apply, entry 13" in asked
    assert "Decision on train" not in asked
    assert send(client, "/rows/tuning/run", {"who": "Ada"}) == 303
    assert workspace.record.jobs.newest()[0].row == "tuning"


def test_two_entries_stand_side_by_side(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    number = append(workspace, "problem", replace(example_problem(), budget=700.0))
    client = visit(workspace)
    assert f"/compare?one=1&amp;other={number}" in client.get(f"/entries/{number}").text
    page = client.get("/compare", params={"one": 1, "other": number}).text
    assert "<td>500 USD</td><td>700 USD</td><td>+200 USD</td>" in page
    assert client.get("/compare", params={"one": 1, "other": 2}).status_code == 404
    assert client.get("/compare", params={"one": "x", "other": 2}).status_code in {400, 422}


def test_a_decision_is_kept_by_form(make: Make, visit: Visit) -> None:
    workspace = make(DEFINE)
    client = visit(workspace)
    decide(workspace, "define", "go", "Cheap to try.", "Ada")
    append(workspace, "problem", replace(example_problem(), budget=700.0))
    append(workspace, "feasibility", example_verdicts()["feasibility"])
    page = client.get("/decide/define").text
    assert "Keep the decision of entry 4?" in page
    assert "/compare?one=1&amp;other=5" in page
    fields = fields_of(client, "/decide/define")
    seen = {"seen": html.unescape(fields["seen"]), "replacing": fields["replacing"], "who": "Bo"}
    assert send(client, "/decide/define/keep", seen, form="/decide/define") == 303
    kept = workspace.record.latest("decision.define")
    assert kept is not None
    assert kept.by == "Bo"
    assert "keeps the decision of entry 4" in client.get("/stages/define").text
    assert send(client, "/decide/define/keep", seen, form="/decide/define") == 409
