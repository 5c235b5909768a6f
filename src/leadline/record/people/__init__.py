"""Records of people: accounts, their sessions, attempts to log in, and what they changed."""

from leadline.record.people.accounts import Account, Accounts
from leadline.record.people.change_notes import ChangeNote, ChangeNotes
from leadline.record.people.login_attempts import Attempt, LoginAttempts
from leadline.record.people.login_sessions import LoginSessions
from leadline.record.people.people_tables import ChangeKind

__all__ = [
    "Account",
    "Accounts",
    "Attempt",
    "ChangeKind",
    "ChangeNote",
    "ChangeNotes",
    "LoginAttempts",
    "LoginSessions",
]
