"""A machine labels, is held against people, and a person decides; people never notice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.delegations import PEOPLE, example_delegation, human_votes
from tests.projects import BY, Quiet, customers, project, run, run_to

from leadline.cli.export import _labels, _machine_labels
from leadline.cli.terminal.machine_labelling import hold_against_people
from leadline.engines.language_models import ModelAnswer, Usage
from leadline.errors import LeadlineError, NotReadyError, OutdatedAnswerError, SettingsError
from leadline.jobs.feasibility import run as feasibility
from leadline.phases.data import Data
from leadline.phases.labelling import Labelling
from leadline.phases.verdict import Answer
from leadline.record import Permission, Vote, VoteKind
from leadline.record.codec import encode
from leadline.services.accounting import project_ledger
from leadline.services.briefing import brief
from leadline.services.commands import next_item
from leadline.services.delegation import delegate as commands
from leadline.services.delegation import machine_lines as queries
from leadline.services.delegation import row_answers
from leadline.services.delegation.machine_task import judged_blind, machine_task, why_outdated
from leadline.services.queries import (
    adjudication_page,
    label_page,
    labelling_batch,
    question_of,
)
from leadline.services.whole_report import whole_report
from leadline.workspace import Workspace

N_JUDGED = 60
N_OPEN = 300 - 150 - N_JUDGED - 1  # without a label, and nobody has voted
MACHINES = {"small": {"url": "http://127.0.0.1:9/v1", "model": "smol", "input": 0.0, "output": 0.0}}
Ask = Callable[..., Iterator[ModelAnswer]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half of the rows have no label; three people have judged 60 of these, one a row more."""
    folder = tmp_path_factory.mktemp("judged")
    rows = customers(300).drop("joined")
    pool = rows.with_columns(
        pl.when(pl.int_range(300) < 150).then(pl.col("left")).otherwise(None).alias("left")
    )
    with project(folder, pool, labels={"votes": 2}, machines=MACHINES) as opened:
        run_to(opened, "problem", "data")
        keys = [str(key) for key in labelling_batch(opened, question_of(opened)).items["item"]]
        votes, _ = human_votes(keys[:N_JUDGED])
        for vote in votes:
            opened.record.labels.votes.add(vote)
        opened.record.labels.votes.add(replace(votes[0], item=keys[N_JUDGED]))
        opened.record.labels.votes.add(replace(votes[0], item="g", kind=VoteKind.GOLD))
    return folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A project of its own for each test."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with Workspace.open(tmp_path) as opened:
        yield opened


def answering(share_right: float, *, lost: int = 0, unsure: int = 0) -> Ask:
    """A machine without a server: right on the first rows, wrong on the rest."""

    def answers(
        endpoint: object, prompt: Any, rows: Mapping[str, Any], spending: object
    ) -> Iterator[ModelAnswer]:
        assert prompt.classes == ("no", "yes")
        for n, (key, cells) in enumerate(rows.items()):
            assert "left" not in cells, "no machine is told the label"
            if n < lost:
                yield ModelAnswer(key, None, None, Usage(0, 0, 0), "timed out", is_lost=True)
            elif n < lost + unsure:
                yield ModelAnswer(key, None, None, Usage(9, 0, 1), "refused")
            else:
                right = LABELS.get(key, "no")
                is_right = n < lost + unsure + share_right * len(rows)
                label = right if is_right else {"yes": "no", "no": "yes"}[right]
                yield ModelAnswer(key, label, 0.9, Usage(9, 0, 1), "")

    return answers


LABELS: dict[str, str] = {}
TAUGHT = ("machine_rows", "machine_labels", "machine_shares", "machine_notes", "findings")


@pytest.fixture
def ask(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[[Ask], None]:
    """Put a machine in the place of the real one."""
    LABELS.clear()
    for vote in workspace.record.labels.votes.plain():
        if vote.annotator == PEOPLE[0]:
            LABELS[vote.item] = str(vote.value)

    def use(answers: Ask) -> None:
        monkeypatch.setattr(row_answers, "answers", answers)

    return use


def seen_by_people(workspace: Workspace, folder: Path) -> dict[str, Any]:
    """All that is made of votes, as people and later rows get it."""
    verdict = run(workspace, "labelling").verdict
    assert isinstance(verdict, Labelling)
    data = encode(run(workspace, "data").verdict)
    batch = labelling_batch(workspace, question_of(workspace))
    offered = next_item(workspace, "Dee")
    page, decided = label_page(workspace, "Dee"), adjudication_page(workspace, "Dee")
    n_written = _labels(workspace, folder / "labels.csv", folder / "labels.csv")
    ledger = project_ledger(workspace)
    return {
        "labelling": encode(verdict),
        # what is learnt from is kept beside, and told in a note
        "data": {name: its for name, its in data.items() if name not in TAUGHT},
        "ceiling": encode(feasibility(workspace, workspace.record.reading("feasibility"), Quiet())),
        "votes": batch.answers,
        "items": batch.items.to_dicts(),
        "offered": offered if isinstance(offered, str) else offered.item,
        "left": (page.n_done, page.n_left),
        "to decide": (decided.n_open, decided.n_decided),
        "paid": workspace.record.labels.votes.paid(),
        "exported": (n_written, (folder / "labels.csv").read_text()),
        "ledger": (ledger.spent, ledger.lines),
        "brief": brief(workspace, "train").section.facts,
    }


@pytest.mark.parametrize("share_right", [0.2, 1.0])
def test_nothing_that_people_see_or_are_paid_for_knows_of_a_machine(
    workspace: Workspace, ask: Callable[[Ask], None], tmp_path: Path, share_right: float
) -> None:
    seen_by_people(workspace, tmp_path)  # the first look makes the list, and hands out an item
    before = seen_by_people(workspace, tmp_path)
    ask(answering(share_right))
    commands.label_blind_rows(workspace, "small", BY)
    commands.judge_machine(workspace, "small", BY)
    commands.decide_delegation(workspace, "small", "go", "on my word", BY)
    commands.label_open_rows(workspace, "small", 20, BY)
    assert len(workspace.record.delegation.votes.all()) == N_JUDGED + 20
    after = seen_by_people(workspace, tmp_path)
    data = workspace.record.latest_of(Data)
    assert data is not None
    assert (data.n_machine_rows > 0) == (share_right == 1.0), "against a no nothing is learnt"
    for what, found in before.items():
        assert after[what] == found, what


def test_a_machine_that_labels_as_people_do_is_let_in_by_a_person(
    workspace: Workspace, ask: Callable[[Ask], None]
) -> None:
    ask(answering(1.0))
    done = commands.label_blind_rows(workspace, "small", BY)
    assert (done.n_rows, done.n_before, done.n_labelled) == (N_JUDGED, 0, N_JUDGED)
    entry = commands.judge_machine(workspace, "small", BY)
    assert (entry.verdict.answer, entry.verdict.n_blind) == (Answer.GO, N_JUDGED)
    line = queries.delegation_line(workspace, "small")
    assert (line.badge.text, line.may_label) == ("may label", False), "a person decides"
    assert "leadline machine decide small go" in queries.next_step(line)
    commands.decide_delegation(workspace, "small", "go", "a thousandth of the price", BY)
    line = queries.delegation_line(workspace, "small")
    assert (line.badge.text, line.may_label, queries.next_step(line)) == ("let in", True, "")
    assert line.decided == f"{BY} decided that it may label: a thousandth of the price"


def test_a_machine_that_guesses_is_told_no_and_shown_where_in_the_report(
    workspace: Workspace, ask: Callable[[Ask], None]
) -> None:
    ask(answering(0.5))
    commands.label_blind_rows(workspace, "small", BY)
    entry = commands.judge_machine(workspace, "small", BY)
    assert entry.verdict.answer is Answer.NO
    assert entry.verdict.n_wrong > 10
    step = queries.next_step(queries.delegation_line(workspace, "small"))
    assert ("small stop" in step, " go" in step) == (True, False)
    text = whole_report(workspace, "markdown")
    assert "May small label here? May not label" in text
    assert "Rows it labels other than most people" in text
    assert entry.verdict.wrong[0].shown.split(";")[0] in text


def test_later_votes_make_no_machine_look_better(
    workspace: Workspace, ask: Callable[[Ask], None]
) -> None:
    ask(answering(0.5))
    commands.label_blind_rows(workspace, "small", BY)
    first = commands.judge_machine(workspace, "small", BY).verdict
    before = judged_blind(workspace)
    votes = workspace.record.labels.votes
    told = votes.plain()
    for vote in told:  # somebody new judges every row, and Ada has other ideas of some
        if vote.annotator == PEOPLE[0]:
            votes.add(replace(vote, annotator="Dee", at=None))
    for row in first.wrong:
        votes.add(Vote(row.item, PEOPLE[0], row.machine, 2.0))
        votes.add(Vote(row.item, PEOPLE[1], None, 2.0))
    assert judged_blind(workspace) == {
        **before,
        # on the row that no verdict rests on Ada was alone
        **{vote.item: {PEOPLE[0]: vote.value, "Dee": vote.value} for vote in told[-1:]},
    }
    again = commands.judge_machine(workspace, "small", BY).verdict
    assert (again.n_rows, again.n_wrong) == (first.n_rows, first.n_wrong)


def test_of_a_person_s_votes_before_a_verdict_the_last_counts(workspace: Workspace) -> None:
    item = workspace.record.labels.votes.plain()[0].item
    workspace.record.labels.votes.add(Vote(item, PEOPLE[0], None, 2.0))
    assert set(judged_blind(workspace)[item]) == set(PEOPLE[1:])


def test_no_row_speaks_to_the_terminal(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = example_delegation(accuracy=0.9)
    hostile = tuple(replace(row, shown="text: \x1b[2J gone") for row in verdict.wrong)
    entry = workspace.record.delegation.verdicts.append(replace(verdict, wrong=hostile), BY)
    monkeypatch.setattr(commands, "judge_machine", lambda *_, **__: entry)
    hold_against_people(workspace, "small", BY, people="skilled", as_json=False)
    told = capsys.readouterr().out
    assert ("\x1b" in told, "\ufffd[2J gone" in told) == (False, True)


def test_who_was_told_stop_is_not_said_to_be_able_to_label(
    workspace: Workspace, ask: Callable[[Ask], None]
) -> None:
    ask(answering(1.0))
    commands.label_blind_rows(workspace, "small", BY)
    commands.judge_machine(workspace, "small", BY)
    commands.decide_delegation(workspace, "small", "stop", "the rows must stay here", BY)
    line = queries.delegation_line(workspace, "small")
    assert (line.badge.text, line.badge.tone) == ("people only", "no")
    gone = replace(workspace, settings=replace(workspace.settings, machines={}))
    commands.decide_delegation(gone, "small", "stop", "it is not declared any more", BY)


def test_asking_again_goes_on_where_it_stopped(
    workspace: Workspace, ask: Callable[[Ask], None]
) -> None:
    ask(answering(1.0, lost=5, unsure=3))
    told: list[str] = []
    done = commands.label_blind_rows(
        workspace, "small", BY, tell=lambda words, _: told.append(words)
    )
    assert (done.n_lost, done.n_unsure, done.n_labelled) == (5, 3, N_JUDGED - 8)
    assert told[-1] == f"{N_JUDGED} of {N_JUDGED} rows"
    ask(answering(1.0))
    again = commands.label_blind_rows(workspace, "small", BY)
    assert (again.n_before, again.n_labelled) == (N_JUDGED - 5, 5)


def test_a_verdict_is_out_of_date_once_the_machine_is_told_something_else(
    workspace: Workspace, ask: Callable[[Ask], None], tmp_path: Path
) -> None:
    ask(answering(1.0))
    commands.label_blind_rows(workspace, "small", BY)
    verdict = commands.judge_machine(workspace, "small", BY).verdict
    task = machine_task(workspace, "small")
    assert why_outdated(task, verdict) == ""
    assert "the question, the classes or" in why_outdated(task, replace(verdict, prompt="other"))
    commands.decide_delegation(workspace, "small", "go", "cheap", BY)
    (tmp_path / "guide.md").write_text("Who leaves has called twice.")
    settings = replace(
        workspace.settings, labels=replace(workspace.settings.labels, guidelines="guide.md")
    )
    changed = replace(workspace, settings=settings)
    line = queries.delegation_line(changed, "small")
    assert line.outdated == "the guidelines are of version 1 now"
    assert (line.badge.text, line.may_label) == ("out of date", False)
    with pytest.raises(NotReadyError, match="out of date"):
        commands.decide_delegation(changed, "small", "go", "cheap", BY)
    with pytest.raises(NotReadyError, match="labelled none"):
        commands.judge_machine(changed, "small", BY)
    commands.decide_delegation(changed, "small", "stop", "the rules changed", BY)
    large = replace(settings.machines["small"], model="large")
    other = replace(workspace, settings=replace(workspace.settings, machines={"small": large}))
    assert "the model is 'large' now" in queries.delegation_line(other, "small").outdated
    gone = replace(workspace, settings=replace(workspace.settings, machines={}))
    assert "not declared" in queries.delegation_line(gone, "small").outdated


def test_a_verdict_is_on_one_address_and_some_columns(
    workspace: Workspace, ask: Callable[[Ask], None]
) -> None:
    ask(answering(1.0))
    commands.label_blind_rows(workspace, "small", BY)
    verdict = commands.judge_machine(workspace, "small", BY).verdict
    commands.decide_delegation(workspace, "small", "go", "cheap", BY)

    def with_machine(**changed: object) -> Workspace:
        machine = replace(workspace.settings.machines["small"], **changed)  # type: ignore[arg-type]
        return replace(workspace, settings=replace(workspace.settings, machines={"small": machine}))

    same = with_machine(key="ANOTHER_KEY", timeout_s=5.0, max_in_flight=1, budget=9.0)
    assert queries.delegation_line(same, "small").may_label
    moved = with_machine(url="http://127.0.0.1:10/v1")
    line = queries.delegation_line(moved, "small")
    assert line.outdated == (
        "it is asked at http://127.0.0.1:10/v1/chat/completions now; "
        "it was at http://127.0.0.1:9/v1/chat/completions"
    )
    assert not line.may_label
    # what the one server said is no answer of the other
    with pytest.raises(NotReadyError, match="labelled none"):
        commands.judge_machine(moved, "small", BY)
    assert commands.label_blind_rows(moved, "small", BY).n_labelled == N_JUDGED
    task = machine_task(workspace, "small")
    one, *others = task.columns
    assert replace(task.setup, client="another").digest != task.told, "it may be told otherwise"
    assert others
    for columns, words in (
        (tuple(others), f"it is told {one!r} of a row now"),
        ((*task.columns, "age"), "it is not told 'age' of a row any more"),
        (tuple(reversed(task.columns)), "another order"),
    ):
        assert words in why_outdated(task, replace(verdict, columns=columns))
    older = replace(verdict, address="", columns=())
    assert why_outdated(task, older) == ""
    assert "has changed" in why_outdated(task, replace(older, prompt=task.prompt.digest))


def test_open_rows_are_for_a_machine_that_a_person_let_in(
    workspace: Workspace, ask: Callable[[Ask], None], tmp_path: Path
) -> None:
    ask(answering(1.0))
    commands.label_blind_rows(workspace, "small", BY)
    commands.judge_machine(workspace, "small", BY)
    with pytest.raises(NotReadyError, match="Nobody has let"):
        commands.label_open_rows(workspace, "small", 10, BY)
    commands.decide_delegation(workspace, "small", "go", "cheap", BY)
    first = commands.label_open_rows(workspace, "small", 10, BY)
    assert (first.n_labelled, first.n_untaught) == (10, 0)
    rest = commands.label_open_rows(workspace, "small", 1_000, BY)
    assert rest.n_labelled == N_OPEN - 10
    assert 0 < rest.n_untaught < rest.n_rows / 2, "the test side comes last, and is said"
    with pytest.raises(NotReadyError, match="No row without a label is left"):
        commands.label_open_rows(workspace, "small", 1, BY)
    votes = workspace.record.delegation.votes.all()
    assert len({vote.item for vote in votes}) == N_JUDGED + N_OPEN
    path = tmp_path / "machines.csv"
    assert _machine_labels(workspace, path, path) == N_JUDGED + N_OPEN
    assert set(pl.read_csv(path)["machine"]) == {"small"}


def test_what_cannot_be_is_refused(workspace: Workspace, ask: Callable[[Ask], None]) -> None:
    nowhere = workspace.folder / "none.csv"
    for refused, words in (
        (lambda: _machine_labels(workspace, nowhere, nowhere), "nothing to write"),
        (lambda: commands.label_blind_rows(workspace, "large", BY), "no machine 'large'"),
        (lambda: commands.judge_machine(workspace, "small", BY), "labelled none"),
        (lambda: commands.judge_machine(workspace, "small", BY, people="all"), "one of experts"),
        (lambda: commands.decide_delegation(workspace, "small", "go", "x", BY), "no verdict"),
        (lambda: queries.delegation_line(workspace, "large"), "no machine 'large'"),
    ):
        with pytest.raises(LeadlineError, match=words):
            refused()
    ask(answering(1.0))
    commands.label_blind_rows(workspace, "small", BY)
    first = commands.judge_machine(workspace, "small", BY)
    commands.judge_machine(workspace, "small", BY)
    with pytest.raises(OutdatedAnswerError):
        commands.decide_delegation(workspace, "small", "go", "x", BY, seen=first.number)
    with pytest.raises(SettingsError, match="go or stop"):
        commands.decide_delegation(workspace, "small", "back", "x", BY)
    with pytest.raises(SettingsError, match="no reason"):
        commands.decide_delegation(workspace, "small", Permission.GO, " ", BY)


def test_a_project_without_machines_has_no_word_of_them(workspace: Workspace) -> None:
    without = replace(workspace, settings=replace(workspace.settings, machines={}))
    assert queries.delegation_lines(without) == ()
    assert "label here" not in whole_report(without, "markdown")
