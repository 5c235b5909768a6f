"""Invitations: one person, one name, one good link to each role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadline.errors import RecordError
from leadline.record import Invitation, Record, Role

LATER = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def invite(record: Record, person: str, role: Role, until: datetime = LATER) -> Invitation:
    return record.invitations.invite(person, role, by="Boss", expires_at=until)


def test_an_invitation_comes_back_as_it_was_made(record: Record, database_url: str) -> None:
    before = datetime.now(UTC)
    made = invite(record, "Ada", Role.LABEL)
    assert made == Invitation(made.id, "Ada", Role.LABEL, "Boss", made.made_at, LATER)
    assert before <= made.made_at <= datetime.now(UTC)
    assert record.invitations.get(made.id) == made
    assert record.invitations.get(made.id + 1) is None
    with Record.open(database_url, "hotels") as other:
        assert other.invitations.get(made.id) is None
        assert other.invitations.all() == ()


def test_a_second_invitation_to_the_same_role_revokes_the_first(record: Record) -> None:
    first, judge = invite(record, "Ada", Role.LABEL), invite(record, "Ada", Role.JUDGE)
    second = invite(record, "Ada", Role.LABEL)
    bo = invite(record, "Bo", Role.LABEL)
    now = datetime.now(UTC)
    good = [one.id for one in record.invitations.all() if one.is_good(now)]
    assert good == [judge.id, second.id, bo.id]
    revoked = record.invitations.get(first.id)
    assert revoked is not None
    assert revoked.revoked_at is not None


def test_a_person_goes_by_the_name_of_the_first_invitation(record: Record) -> None:
    invite(record, "Ada Lovelace", Role.LABEL)
    again = invite(record, "ADA  lovelace", Role.JUDGE)
    assert again.person == "Ada Lovelace"
    assert [one.role for one in record.invitations.of("ada LOVELACE ")] == [Role.LABEL, Role.JUDGE]
    assert record.invitations.of("Ada") == ()


def test_revoking_takes_back_all_that_is_good(record: Record) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    expired = invite(record, "Ada", Role.ADJUDICATE, past)
    both = [invite(record, "Ada", role).id for role in (Role.LABEL, Role.JUDGE)]
    bo = invite(record, "Bo", Role.LABEL)
    assert [one.id for one in record.invitations.revoke("ada")] == both
    assert record.invitations.get(expired.id) == expired
    assert record.invitations.get(bo.id) == bo
    with pytest.raises(RecordError, match="Ada has no invitation that is still good"):
        record.invitations.revoke("Ada")


def test_an_invitation_is_good_until_it_expires(record: Record) -> None:
    made = invite(record, "Ada", Role.LABEL)
    assert made.is_good(LATER - timedelta(microseconds=1))
    assert not made.is_good(LATER)
    assert not replace(made, revoked_at=LATER).is_good(made.made_at)


def test_only_the_first_use_is_noted(record: Record) -> None:
    ada, bo = invite(record, "Ada", Role.LABEL), invite(record, "Bo", Role.LABEL)
    record.invitations.use(ada.id)
    first = record.invitations.get(ada.id)
    assert first is not None
    assert first.first_used_at is not None
    record.invitations.use(ada.id)
    assert record.invitations.get(ada.id) == first
    assert record.invitations.get(bo.id) == bo
