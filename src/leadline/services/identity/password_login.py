"""Login by name and password, slowed where somebody guesses."""

from __future__ import annotations

import math

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadline.errors import NotAllowedError
from leadline.record import Account
from leadline.record.invitations import folded
from leadline.services.identity.account_changes import LONGEST, set_password
from leadline.workspace import Workspace


class TooManyAttemptsError(NotAllowedError):
    """Too many wrong passwords: the next attempt must wait."""


def log_in(workspace: Workspace, name: str, password: str, address: str) -> str:
    """Begin a session of whoever knows the password.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name, password : str
        As they were typed.
    address : str
        Where they come from.

    Returns
    -------
    str
        Token of the session, for the browser.

    Raises
    ------
    NotAllowedError
        If name or password is wrong, or the account is disabled; it does not say which.
    TooManyAttemptsError
        If there were too many wrong ones.
    """
    account = _checked(workspace, name, password, address)
    return workspace.record.login_sessions.begin(account.id)


def change_own_password(
    workspace: Workspace, name: str, current: str, wanted: str, address: str
) -> str:
    """Set a person's own password, which they must know; a new session, as the others end.

    Raises
    ------
    NotAllowedError
        If the current one is wrong.
    TooManyAttemptsError
        If there were too many wrong ones.
    SettingsError
        If the new one can be guessed.
    """
    account = _checked(workspace, name, current, address)
    set_password(workspace, account.name, wanted, account.name)
    return workspace.record.login_sessions.begin(account.id)


def _checked(workspace: Workspace, name: str, password: str, address: str) -> Account:
    attempts = workspace.record.login_attempts
    attempt = attempts.begin(folded(name[:LONGEST]), address)
    if attempt.number is None:
        seconds = math.ceil(attempt.pause_s)
        raise TooManyAttemptsError(
            "There were too many wrong passwords.",
            "Each makes the next wait longer, so that nobody can guess.",
            f"Wait {seconds} seconds." if seconds < 120 else f"Wait {seconds // 60} minutes.",
        )
    account = workspace.record.accounts.named(name)
    hashed = None if account is None or account.disabled_at else account.password
    if account is None or not _fits(hashed, password[: LONGEST + 1]):
        raise NotAllowedError(
            "The name or the password is wrong.",
            "Both must be as they were given to you.",
            "Try again, or ask an owner of the project for another password.",
        )
    attempts.succeed(attempt.number)
    return account


def _fits(hashed: str | None, password: str) -> bool:
    """Whether a password is the one; a name that nobody has takes as long."""
    hasher = PasswordHasher()
    if hashed is None:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
