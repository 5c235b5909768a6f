"""What machines say and whether they may: kept in order, apart from people, project by project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.delegations import example_delegation

from leadline.errors import OutdatedAnswerError
from leadline.record import MachineVote, Permission, Record, Vote

VOTE = MachineVote(item="a", machine="small", model="smol", prompt="p1", value="yes", guidelines=2)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def said(record: Record, prompt: str = "p1") -> list[tuple[str, str | None]]:
    return [(vote.item, vote.value) for vote in record.delegation.votes.of("small", "smol", prompt)]


def test_the_latest_vote_of_a_machine_told_the_same_counts(
    record: Record, database_url: str
) -> None:
    votes = record.delegation.votes
    for vote in (VOTE, replace(VOTE, item="b", value=None, reason="refused"), VOTE):
        votes.add(vote)
    votes.add(replace(VOTE, value="no"))
    votes.add(replace(VOTE, value="no", prompt="p2"))
    votes.add(replace(VOTE, item="c", model="large"))
    votes.add(replace(VOTE, item="c", machine="other"))
    with Record.open(database_url, "another") as other:
        other.delegation.votes.add(replace(VOTE, item="ours"))
    assert said(record) == [("b", None), ("a", "no")]
    assert said(record, "p2") == [("a", "no")]
    (kept, *_) = votes.of("small", "smol", "p1")
    assert (kept.reason, kept.guidelines, kept.confidence) == ("refused", 2, None)
    assert kept.at is not None
    assert kept.at.tzinfo is not None


def test_the_newest_vote_tells_whether_a_machine_has_said_more(
    record: Record, database_url: str
) -> None:
    votes = record.delegation.votes
    assert votes.newest("small", "smol", "p1") == 0
    votes.add(VOTE)
    before = votes.newest("small", "smol", "p1")
    assert before > 0
    for vote in (replace(VOTE, prompt="p2"), replace(VOTE, machine="other")):
        votes.add(vote)
    with Record.open(database_url, "another") as other:
        other.delegation.votes.add(VOTE)
    assert votes.newest("small", "smol", "p1") == before
    votes.add(replace(VOTE, value="no"))
    assert votes.newest("small", "smol", "p1") > before


def test_no_reader_of_peoples_votes_meets_a_machines(record: Record) -> None:
    record.labels.votes.add(Vote("a", "Ada", "no", 2.0))
    record.delegation.votes.add(VOTE)
    assert [vote.annotator for vote in record.labels.votes.plain()] == ["Ada"]
    assert record.labels.votes.paid() == (0, 1)


def test_a_vote_that_says_not_whose_it_is_is_refused(record: Record) -> None:
    votes = record.delegation.votes
    for wrong in (replace(VOTE, item=""), replace(VOTE, prompt="")):
        with pytest.raises(ValueError, match="of what it is"):
            votes.add(wrong)
    with pytest.raises(ValueError, match="confidence"):
        votes.add(replace(VOTE, confidence=1.5))
    assert said(record) == []


def test_a_decision_is_on_the_verdict_that_was_seen(record: Record) -> None:
    verdicts = record.delegation.verdicts
    first = verdicts.append(example_delegation(), "Ada")
    verdicts.decide("small", first.number, Permission.GO, "cheap", "Bo")
    verdicts.decide("small", first.number, Permission.STOP, "too often wrong", "Cy")
    newest = verdicts.newest()["small"]
    assert newest.verdict == first.verdict
    assert newest.decided is not None
    assert (newest.decided.choice, newest.decided.by) == (Permission.STOP, "Cy")
    second = verdicts.append(example_delegation(accuracy=0.5), "Ada")
    other = verdicts.append(replace(example_delegation(), machine="other"), "Ada")
    assert {name: entry.number for name, entry in verdicts.newest().items()} == {
        "small": second.number,
        "other": other.number,
    }
    assert verdicts.newest()["small"].decided is None, "nobody has decided on the new verdict"
    with pytest.raises(OutdatedAnswerError, match=f"verdict {second.number}"):
        verdicts.decide("small", first.number, Permission.GO, "cheap", "Bo")


def test_nothing_is_kept_without_a_name_or_a_reason(record: Record) -> None:
    verdicts = record.delegation.verdicts
    with pytest.raises(ValueError, match="who put it there"):
        verdicts.append(example_delegation(), " ")
    entry = verdicts.append(example_delegation(), "Ada")
    with pytest.raises(ValueError, match="says why"):
        verdicts.decide("small", entry.number, Permission.GO, " ", "Bo")
    assert verdicts.newest()["small"].decided is None
