"""What is approved goes into service, and the signed pointer says what the record says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.examples import example_verdicts
from tests.phases.again import again
from tests.projects import write_settings

from leadline.errors import NotReadyError, ReleaseError, SettingsError
from leadline.monitoring.release_in_service import candidate_release, in_service
from leadline.phases.performance.target_check import TargetCheck
from leadline.phases.release import Release
from leadline.phases.verdict import Answer, Bounds
from leadline.record import Entry
from leadline.services import queries
from leadline.services.commands import (
    WayBack,
    decide,
    move_to,
    pointer_of,
    promote_approved,
    require_pointer,
    try_beside,
)
from leadline.serving.releases.keys import load_or_make_key
from leadline.serving.releases.pointer import POINTER_FILE, Candidate, Pointer, write_pointer
from leadline.workspace import Workspace

BELOW = TargetCheck(
    scoring="roc_auc",
    target=0.825,
    score=0.813,
    interval=Bounds(estimate=0.813, low=0.79, high=0.834),
    measured_on="1,200 test rows",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    write_settings(tmp_path)
    with Workspace.open(tmp_path) as workspace:
        yield workspace


def released(workspace: Workspace, letter: str, answer: Answer = Answer.GO) -> Entry:
    """A release on the record, with a folder of its name."""
    verdict = example_verdicts()["release"]
    assert isinstance(verdict, Release)
    named = replace(verdict, release_id=letter * 12, bundle=letter * 64, answer=answer)
    (workspace.releases_folder / named.bundle).mkdir(parents=True)
    return workspace.record.append("release", named, by="Ada")


def serving(workspace: Workspace) -> str:
    """What record and pointer agree on."""
    entry, pointer = in_service(workspace.record), pointer_of(workspace)
    assert entry is not None
    assert pointer is not None
    assert require_pointer(workspace) == ""
    assert pointer.release_id == entry.verdict_as(Release).release_id
    assert pointer.bundle == entry.verdict_as(Release).bundle
    return pointer.release_id[0]


def file_of(workspace: Workspace) -> Path:
    return workspace.releases_folder / POINTER_FILE


def test_what_is_approved_goes_into_service_once(workspace: Workspace) -> None:
    assert promote_approved(workspace, "the first", "Ada") is None
    released(workspace, "a")
    move = promote_approved(workspace, "the first", "Ada")
    assert move is not None
    assert (move.counter, move.person, move.why) == (1, "Ada", "the first")
    assert serving(workspace) == "a"
    assert promote_approved(workspace, "again", "Ada") is None
    said = pointer_of(workspace)
    assert said == Pointer(
        workspace.record.project,
        1,
        "a" * 12,
        "a" * 64,
        "Ada",
        "the first",
        move.at.isoformat(timespec="seconds"),
    )


def test_what_waits_goes_into_service_when_somebody_says_go(workspace: Workspace) -> None:
    released(workspace, "a")
    promote_approved(workspace, "the first", "Ada")
    released(workspace, "b", Answer.UNCLEAR)
    assert promote_approved(workspace, "it waits", "Ada") is None
    back = WayBack("train", "a fairer model")
    decide(workspace, "ship", "back", "not like this", "Bo", back=back)
    assert serving(workspace) == "a"
    decide(workspace, "ship", "go", "it is fairer", "Bo")
    assert serving(workspace) == "b"
    newest = workspace.record.promotions.newest()
    assert newest is not None
    assert (newest.person, newest.why) == ("Bo", "it is fairer")


def test_below_the_target_only_a_signature_that_says_so_releases(workspace: Workspace) -> None:
    verdict = example_verdicts()["release"]
    assert isinstance(verdict, Release)
    short = again(verdict, target=BELOW, release_id="b" * 12, bundle="b" * 64)
    (workspace.releases_folder / short.bundle).mkdir(parents=True)
    workspace.record.append("release", short, by="Ada")
    assert promote_approved(workspace, "it waits", "Ada") is None
    with pytest.raises(NotReadyError, match=r"not reach the target\. Measured .* --below-target"):
        decide(workspace, "ship", "go", "it helps", "Bo")
    assert in_service(workspace.record) is None
    signed = decide(workspace, "ship", "go", "it helps", "Bo", below_target=True)
    assert BELOW.words.rstrip(".") in signed.verdict.summary
    assert serving(workspace) == "b"


def test_the_signature_is_asked_for_where_it_is_below_only(workspace: Workspace) -> None:
    released(workspace, "a")
    signed = decide(workspace, "ship", "go", "fine", "Bo", below_target=True)
    assert "below the target" not in signed.verdict.summary


def test_back_and_forth(workspace: Workspace) -> None:
    entries = []
    for letter in "ab":
        entries.append(released(workspace, letter))
        promote_approved(workspace, "better", "Ada")
    move_to(workspace, entries[0], "too many false alarms", "Bo")
    assert serving(workspace) == "a"
    assert promote_approved(workspace, "why not", "Ada") is None, "it was rolled back from"
    decide(workspace, "ship", "go", "capacity will do", "Ada")
    assert serving(workspace) == "a"
    move_to(workspace, entries[1], "it was the data", "Bo")
    assert serving(workspace) == "b"
    assert [move.entry for move in workspace.record.promotions.all()] == [1, 2, 1, 2]


def test_the_page_of_the_release_shows_how_it_came_about(workspace: Workspace) -> None:
    assert queries.row_page(workspace, "release").moves == ()
    first = released(workspace, "a")
    promote_approved(workspace, "the first", "Ada")
    released(workspace, "b")
    promote_approved(workspace, "better", "Ada")
    move_to(workspace, first, "no, worse", "Bo")
    lines = queries.row_page(workspace, "release").moves
    assert [(line.release_id[0], line.person, line.why, line.is_newest) for line in lines] == [
        ("a", "Bo", "no, worse", True),
        ("b", "Ada", "better", False),
        ("a", "Ada", "the first", False),
    ]
    assert queries.row_page(workspace, "data").moves == ()


def test_a_move_has_who_and_why_and_goes_elsewhere(workspace: Workspace) -> None:
    first = released(workspace, "a")
    released(workspace, "b")
    promote_approved(workspace, "better", "Ada")
    with pytest.raises(SettingsError, match="no reason"):
        move_to(workspace, first, "  ", "Bo")
    with pytest.raises(SettingsError, match="Nobody is named"):
        move_to(workspace, first, "worse", " ")
    move_to(workspace, first, "worse", "Bo")
    with pytest.raises(ReleaseError, match="in service already"):
        move_to(workspace, first, "worse", "Bo")
    assert [move.counter for move in workspace.record.promotions.all()] == [1, 2]


def test_a_pointer_that_was_changed_is_refused_and_can_be_mended(workspace: Workspace) -> None:
    first = released(workspace, "a")
    promote_approved(workspace, "the first", "Ada")
    path = file_of(workspace)
    path.write_text(path.read_text().replace("a" * 64, "b" * 64))
    with pytest.raises(ReleaseError, match="changed after it was signed"):
        require_pointer(workspace)
    move_to(workspace, first, "somebody wrote into it", "Bo")
    assert serving(workspace) == "a"


def test_an_older_pointer_that_is_put_back_is_noticed_and_mended(workspace: Workspace) -> None:
    released(workspace, "a")
    promote_approved(workspace, "the first", "Ada")
    old = file_of(workspace).read_text()
    released(workspace, "b")
    promote_approved(workspace, "better", "Ada")
    file_of(workspace).write_text(old)
    assert "was of move 1, the record says move 2" in require_pointer(workspace)
    assert serving(workspace) == "b"
    file_of(workspace).unlink()
    assert "was missing" in require_pointer(workspace)
    assert serving(workspace) == "b"


def test_a_pointer_that_knows_more_than_the_record_is_refused(workspace: Workspace) -> None:
    released(workspace, "a")
    promote_approved(workspace, "the first", "Ada")
    said = pointer_of(workspace)
    assert said is not None
    key = load_or_make_key(workspace.key_path)
    for other in (replace(said, counter=2), replace(said, bundle="b" * 64)):
        write_pointer(workspace.releases_folder, other, key)
        with pytest.raises(ReleaseError, match="the record knows moves up to 1"):
            require_pointer(workspace)
    write_pointer(workspace.releases_folder, replace(said, project="trains"), key)
    with pytest.raises(ReleaseError, match="of the project 'trains'"):
        require_pointer(workspace)


def test_a_move_after_one_that_only_servers_know_has_a_higher_counter(
    workspace: Workspace,
) -> None:
    """A process was killed after it had signed, or the record is an older copy."""
    first = released(workspace, "a")
    released(workspace, "b")
    promote_approved(workspace, "better", "Ada")
    said = pointer_of(workspace)
    assert said is not None
    key = load_or_make_key(workspace.key_path)
    write_pointer(workspace.releases_folder, replace(said, counter=9), key)
    with pytest.raises(ReleaseError, match="the record knows moves up to 1"):
        require_pointer(workspace)
    assert move_to(workspace, first, "as it should be", "Ada").counter == 10
    assert serving(workspace) == "a"


def test_a_pointer_that_cannot_be_written_leaves_things_as_they_were(workspace: Workspace) -> None:
    first = released(workspace, "a")
    released(workspace, "b")
    promote_approved(workspace, "better", "Ada")
    workspace.key_path.chmod(0o644)
    with pytest.raises(ReleaseError, match="may be read by others"):
        move_to(workspace, first, "worse", "Bo")
    workspace.key_path.chmod(0o600)
    assert serving(workspace) == "b"


def test_where_the_releases_are_not_nothing_is_signed(workspace: Workspace, tmp_path: Path) -> None:
    entry = released(workspace, "a")
    (workspace.releases_folder / entry.verdict_as(Release).bundle).rmdir()
    assert promote_approved(workspace, "released elsewhere", "Ada") is not None
    assert require_pointer(workspace) == ""
    assert not file_of(workspace).exists()
    assert not workspace.key_path.exists()
    # that machine signs when it next looks
    (workspace.releases_folder / entry.verdict_as(Release).bundle).mkdir()
    assert "was missing" in require_pointer(workspace)
    assert json.loads(file_of(workspace).read_text())["counter"] == 1


def tried(workspace: Workspace) -> tuple[str, float] | None:
    """What record and pointer agree on."""
    found, pointer = candidate_release(workspace.record), pointer_of(workspace)
    assert pointer is not None
    assert require_pointer(workspace) == ""
    if found is None:
        assert pointer.candidate is None
        return None
    entry, move = found
    release = entry.verdict_as(Release)
    assert move.share is not None
    assert pointer.candidate == Candidate(release.release_id, release.bundle, move.share)
    return release.release_id[0], move.share


def test_a_candidate_is_tried_changed_and_withdrawn(workspace: Workspace) -> None:
    released(workspace, "a")
    promote_approved(workspace, "the first", "Ada")
    second = released(workspace, "b", Answer.UNCLEAR)
    move = try_beside(workspace, second, 0.0, "a look first", "Bo")
    assert (move.counter, move.person, move.why) == (2, "Bo", "a look first")
    assert (serving(workspace), tried(workspace)) == ("a", ("b", 0.0))
    try_beside(workspace, second, 0.1, "they agree", "Bo")
    assert (serving(workspace), tried(workspace)) == ("a", ("b", 0.1))
    try_beside(workspace, None, 0.0, "slow", "Bo")
    assert (serving(workspace), tried(workspace)) == ("a", None)
    assert [line.why for line in queries.row_page(workspace, "release").moves] == ["the first"]


def test_a_candidate_goes_into_service_and_is_none_any_more(workspace: Workspace) -> None:
    released(workspace, "a")
    promote_approved(workspace, "the first", "Ada")
    second = released(workspace, "b", Answer.UNCLEAR)
    try_beside(workspace, second, 0.1, "a look first", "Bo")
    page = queries.row_page(workspace, "release").tried
    assert page is not None
    assert (page.release_id[0], page.how, page.why) == (
        "b",
        "a canary, which answers 10% of the requests",
        "a look first",
    )
    decide(workspace, "ship", "go", "it is fairer", "Bo")
    assert (serving(workspace), tried(workspace)) == ("b", None)
    move_to(workspace, workspace.record.entry(1), "no, worse", "Bo")
    assert serving(workspace) == "a"


def test_what_is_no_candidate_is_refused(workspace: Workspace) -> None:
    entry = released(workspace, "a")
    with pytest.raises(ReleaseError, match="in service already"):
        try_beside(workspace, entry, 0.0, "why not", "Bo")
    other = released(workspace, "b", Answer.UNCLEAR)
    for share in (-0.1, 1.0, float("nan")):
        with pytest.raises(SettingsError, match="share of the requests"):
            try_beside(workspace, other, share, "why not", "Bo")
    with pytest.raises(SettingsError, match="trial of a candidate has no reason"):
        try_beside(workspace, other, 0.0, " ", "Bo")
    with pytest.raises(SettingsError, match="Nobody is named"):
        try_beside(workspace, other, 0.0, "why", " ")
    with pytest.raises(NotReadyError, match="No release is a candidate"):
        try_beside(workspace, None, 0.0, "why", "Bo")
    assert workspace.record.promotions.all() == ()


def test_nothing_is_tried_beside_nothing(workspace: Workspace) -> None:
    waiting = released(workspace, "a", Answer.UNCLEAR)
    with pytest.raises(NotReadyError, match="Nothing is in service"):
        try_beside(workspace, waiting, 0.0, "why", "Bo")


def test_a_pointer_with_another_candidate_is_refused(workspace: Workspace) -> None:
    released(workspace, "a")
    promote_approved(workspace, "the first", "Ada")
    try_beside(workspace, released(workspace, "b", Answer.UNCLEAR), 0.1, "a look", "Bo")
    said = pointer_of(workspace)
    assert said is not None
    assert said.candidate is not None
    key = load_or_make_key(workspace.key_path)
    for other in (None, replace(said.candidate, share=0.5)):
        write_pointer(workspace.releases_folder, replace(said, candidate=other), key)
        with pytest.raises(ReleaseError, match="the record knows moves up to 2"):
            require_pointer(workspace)


def test_approved_releases_wait_where_they_are_promoted_by_hand(tmp_path: Path) -> None:
    write_settings(tmp_path, serve={"promote": False})
    with Workspace.open(tmp_path) as workspace:
        released(workspace, "a")
        assert promote_approved(workspace, "there is no other", "Ada") is not None
        second = released(workspace, "b")
        assert promote_approved(workspace, "better", "Ada") is None
        decide(workspace, "ship", "go", "it may go", "Ada")
        assert serving(workspace) == "a"
        move_to(workspace, second, "now", "Ada", act="promotion")
        assert serving(workspace) == "b"
