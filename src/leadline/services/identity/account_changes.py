"""Changes to accounts: made, given a role or a password, disabled; each noted with who did it."""

from __future__ import annotations

from argon2 import PasswordHasher

from leadline.errors import RecordError, SettingsError
from leadline.phases.permissions import Action, UserRole
from leadline.record import Account, ChangeKind, ChangeNote
from leadline.services.identity.permission import acting
from leadline.services.parsing import parse_person
from leadline.workspace import Workspace

SHORTEST, LONGEST = 12, 1024
"""Characters of a password."""

_FEWEST_DIFFERENT = 5


def add_account(
    workspace: Workspace, name: str, role: UserRole, by: str, *, password: str | None = None
) -> Account:
    """Give a person an account.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        The person's; stays theirs.
    role : UserRole
        The first account must be an owner's, and whoever is at the terminal may make it.
    by : str
        Who gives it.
    password : str, optional
        What opens it; None: nothing yet.

    Raises
    ------
    SettingsError
        If the name or the password cannot be taken, or the name has an invitation.
    RecordError
        If the name has an account already.
    NotAllowedError
        If `by` may not give accounts.
    """
    workspace, person = acting(workspace, Action.ACCOUNTS, by, "the account")
    clean = parse_person(name, "the account")
    if workspace.record.invitations.is_invited(clean):
        raise SettingsError(
            f"{clean} has an invitation that is still good.",
            "A name is one person's, and comes in by one way.",
            f"Take the link back first: leadline invite --revoke {clean!r}",
        )
    hashed = None if password is None else hashed_password(password, clean)
    made = workspace.record.accounts.add(clean, role, password=hashed)
    note_account(workspace, made, f"{role} from now on", person)
    return made


def set_role(workspace: Workspace, name: str, role: UserRole, by: str) -> Account:
    """Give a person another role; it counts at their next click.

    Raises
    ------
    RecordError
        If nobody has the account, or it is the last owner's.
    NotAllowedError
        If `by` may not give roles.
    """
    workspace, person = acting(workspace, Action.ACCOUNTS, by, "the role")
    account = known_account(workspace, name)
    changed = workspace.record.accounts.set_role(account.id, role)
    note_account(workspace, changed, f"{account.role} until now, {role} from now on", person)
    return changed


def set_password(workspace: Workspace, name: str, password: str, by: str) -> Account:
    """Set a person's password; their sessions end.

    Raises
    ------
    RecordError
        If nobody has the account.
    SettingsError
        If the password can be guessed.
    NotAllowedError
        If `by` is another person who may not give accounts.
    """
    account = known_account(workspace, name)
    entered, person = acting(workspace, Action.OWN_PASSWORD, by, "the password")
    if person != account.name:
        entered, person = acting(workspace, Action.ACCOUNTS, by, "the password")
    hashed = hashed_password(password, account.name)
    changed = entered.record.accounts.set_password(account.id, hashed)
    note_account(entered, changed, "another password", person)
    return changed


def set_disabled(workspace: Workspace, name: str, by: str, *, is_disabled: bool) -> Account:
    """Disable an account and end its sessions, or enable it again.

    Raises
    ------
    RecordError
        If nobody has the account, or it is the last owner's.
    NotAllowedError
        If `by` may not give accounts.
    """
    workspace, person = acting(workspace, Action.ACCOUNTS, by, "the account")
    account = known_account(workspace, name)
    changed = workspace.record.accounts.set_disabled(account.id, is_disabled=is_disabled)
    note_account(workspace, changed, "disabled" if is_disabled else "enabled", person)
    return changed


def known_account(workspace: Workspace, name: str) -> Account:
    """The account of a name.

    Raises
    ------
    RecordError
        If nobody has it.
    """
    account = workspace.record.accounts.named(name)
    if account is None:
        raise RecordError(
            f"Nobody has an account as {name[:80]!r}.", next="See 'leadline user list'."
        )
    return account


def hashed_password(password: str, name: str) -> str:
    """Hash of a password, by argon2id.

    Raises
    ------
    SettingsError
        If it can be guessed: too short, of few characters, or the name itself.
    """
    is_plain = len(set(password)) < _FEWEST_DIFFERENT
    if not SHORTEST <= len(password) <= LONGEST or is_plain or _is_name(password, name):
        raise SettingsError(
            "The password can be guessed." if len(password) <= LONGEST else "It is too long.",
            f"At least {SHORTEST} characters are needed, {_FEWEST_DIFFERENT} of them different, "
            "and not the name.",
            "Take four words that do not belong together.",
        )
    return PasswordHasher().hash(password)


def _is_name(password: str, name: str) -> bool:
    return password.casefold().replace(" ", "") == name.casefold().replace(" ", "")


def note_account(workspace: Workspace, account: Account, what: str, by: str) -> None:
    """Keep on the record what was changed of an account, and by whom."""
    note = ChangeNote(ChangeKind.ACCOUNT, account.name, what, by)
    workspace.record.change_notes.add(note)
