from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadline.errors import RecordError
from leadline.phases.permissions import Action, UserRole
from leadline.record import ChangeKind, ChangeNote, Record
from leadline.record.people.login_attempts import FREE_BY_ACCOUNT, FREE_BY_ADDRESS
from leadline.record.people.login_sessions import LONGEST

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def record(database_url: str):  # type: ignore[no-untyped-def]
    with Record.open(database_url, "flights") as opened:
        yield opened


def test_a_name_stays_one_persons_however_it_is_written(record: Record) -> None:
    accounts = record.accounts
    assert not accounts.any()
    ada = accounts.add("Ada Lovelace", UserRole.OWNER)
    assert accounts.named("ADA  lovelace") == ada
    with pytest.raises(RecordError, match="has an account already"):
        accounts.add("ada lovelace", UserRole.VIEWER)
    accounts.add("Ben", UserRole.OWNER)
    accounts.set_disabled(ada.id, is_disabled=True)
    with pytest.raises(RecordError, match="has an account already"):
        accounts.add("Ada Lovelace", UserRole.VIEWER)
    assert accounts.any()
    with Record.open(str(record._database.engine.url.render_as_string(False)), "other") as other:
        assert other.accounts.named("Ben") is None, "an account is with one project"


def test_an_owner_stays(record: Record) -> None:
    accounts = record.accounts
    with pytest.raises(RecordError, match="owner is needed first"):
        accounts.add("Vera", UserRole.VIEWER)
    ada = accounts.add("Ada", UserRole.OWNER)
    with pytest.raises(RecordError, match="last owner"):
        accounts.set_role(ada.id, UserRole.MANAGER)
    with pytest.raises(RecordError, match="last owner"):
        accounts.set_disabled(ada.id, is_disabled=True)
    assert accounts.named("Ada") == ada, "nothing was kept of what was refused"
    ben = accounts.add("Ben", UserRole.OWNER)
    assert accounts.set_role(ada.id, UserRole.VIEWER).role is UserRole.VIEWER
    with pytest.raises(RecordError, match="last owner"):
        accounts.set_disabled(ben.id, is_disabled=True)


def test_a_session_ends_by_time_logout_password_and_disabling(record: Record) -> None:
    accounts, sessions = record.accounts, record.login_sessions
    ada, ben = accounts.add("Ada", UserRole.OWNER), accounts.add("Ben", UserRole.ENGINEER)
    token = sessions.begin(ben.id, now=NOW)
    assert sessions.whose(token, now=NOW + LONGEST - timedelta(seconds=1)) == ben
    assert sessions.whose(token, now=NOW + LONGEST) is None
    assert sessions.whose("", now=NOW) is None

    first, second, other = sessions.begin(ben.id), sessions.begin(ben.id), sessions.begin(ada.id)
    assert len({first, second, other}) == 3
    sessions.end(first)
    assert sessions.whose(first) is None
    assert sessions.whose(second) == ben
    accounts.set_password(ben.id, "a hash")
    assert sessions.whose(second) is None
    third = sessions.begin(ben.id)
    accounts.set_disabled(ben.id, is_disabled=True)
    assert sessions.whose(third) is None
    again = accounts.set_disabled(ben.id, is_disabled=False)
    assert sessions.whose(third) is None, "what has ended never opens again"
    assert again.disabled_at is None
    assert sessions.whose(other) == ada, "nobody else's"


def test_a_role_counts_at_the_next_click(record: Record) -> None:
    record.accounts.add("Ada", UserRole.OWNER)
    ben = record.accounts.add("Ben", UserRole.VIEWER)
    token = record.login_sessions.begin(ben.id)
    record.accounts.set_role(ben.id, UserRole.ENGINEER)
    now = record.login_sessions.whose(token)
    assert now is not None
    assert Action.SERVE in now.actor.may


def wrong(record: Record, n: int, *, address: str = "here", at: datetime = NOW) -> None:
    for _ in range(n):
        assert record.login_attempts.begin("ada", address, now=at).number is not None


def test_guesses_are_slowed_more_and_more(record: Record) -> None:
    attempts, at = record.login_attempts, NOW
    wrong(record, FREE_BY_ACCOUNT)
    waited = []
    for _ in range(12):
        refused = attempts.begin("ada", "elsewhere", now=at)
        assert refused.number is None
        waited.append(refused.pause_s)
        early = at + timedelta(seconds=refused.pause_s - 0.5)
        assert attempts.begin("ada", "x", now=early).number is None
        at += timedelta(seconds=refused.pause_s + 0.001)
        assert attempts.begin("ada", "elsewhere", now=at).number is not None
    assert waited[:4] == pytest.approx([2, 4, 8, 16], abs=0.01)
    assert waited[-1] == pytest.approx(900, abs=0.01)
    # a day of it: what a guesser gets at most
    assert 86_400 / 900 + 20 < 120
    assert attempts.begin("ben", "other", now=at).number is not None, "another account is free"


def test_an_address_is_slowed_over_all_accounts(record: Record) -> None:
    for number in range(FREE_BY_ADDRESS):
        found = record.login_attempts.begin(f"person {number}", "one place", now=NOW)
        assert found.number is not None
        record.login_attempts.succeed(found.number) if number % 2 else None
    assert record.login_attempts.begin("x", "one place", now=NOW).number is not None
    for number in range(FREE_BY_ADDRESS):
        record.login_attempts.begin(f"other {number}", "one place", now=NOW)
    assert record.login_attempts.begin("y", "one place", now=NOW).pause_s == pytest.approx(2)


def test_a_right_password_begins_anew_and_a_day_forgets(record: Record) -> None:
    wrong(record, FREE_BY_ACCOUNT - 1)
    right = record.login_attempts.begin("ada", "here", now=NOW)
    assert right.number is not None
    record.login_attempts.succeed(right.number)
    wrong(record, FREE_BY_ACCOUNT)
    assert record.login_attempts.begin("ada", "here", now=NOW).pause_s == pytest.approx(2)
    assert record.login_attempts.begin("ada", "here", now=NOW + timedelta(hours=25)).number


def test_slowing_survives_a_restart(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        wrong(record, FREE_BY_ACCOUNT)
    with Record.open(database_url, "flights") as record:
        assert record.login_attempts.begin("ada", "x", now=NOW).number is None


def test_a_note_is_kept_with_the_change_or_not_at_all(record: Record) -> None:
    ada = record.accounts.add("Ada", UserRole.OWNER)
    notes = record.signed_by(ada.id).change_notes
    note = ChangeNote(ChangeKind.SETTINGS, "leadline.toml", "+budget = 5", "Ada")

    def fail() -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        notes.add(note, fail)
    assert notes.newest(ChangeKind.SETTINGS) == ()
    notes.add(note)
    (kept,) = notes.newest(ChangeKind.SETTINGS)
    assert (kept.body, kept.by, kept.user_id) == ("+budget = 5", "Ada", ada.id)
    assert notes.newest(ChangeKind.ACCOUNT) == ()
