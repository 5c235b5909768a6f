"""Invitation links: signed tokens, roles, expiry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from leadline.errors import RecordError, SettingsError
from leadline.phases.permissions import Action, Actor
from leadline.record import Invitation, Role
from leadline.services.identity.permission import GUESTS, acting
from leadline.services.parsing import parse_person
from leadline.workspace import Workspace

LONGEST_DAYS = 366
PAGES: Mapping[Role, tuple[str, ...]] = {
    Role.LABEL: ("/label", "/label/next", "/label/undo", "/watch/label", "/watch/label/undo"),
    Role.JUDGE: ("/review", "/review/undo"),
    Role.ADJUDICATE: ("/adjudicate", "/adjudicate/undo"),
}
"""Paths that the link of a role opens; first the page that it leads to."""


def pages_of(actor: Actor) -> tuple[str, ...]:
    """Paths open to somebody who may not see the project; first the page they are led to."""
    return tuple(path for role in Role if GUESTS[role] in actor.may for path in PAGES[role])


def pages_shown(every: Sequence[str]) -> tuple[str, ...]:
    """The pages among such paths, without the addresses that only forms are sent to.

    Examples
    --------
    >>> pages_shown(PAGES[Role.JUDGE])
    ('/review',)
    """
    return tuple(page for page in every if not any(page.startswith(f"{other}/") for other in every))


class NotInvitedError(RecordError):
    """A link that is not ours, was revoked, or has expired."""


def invite(
    workspace: Workspace, person: str, role: Role, *, days: float, by: str
) -> tuple[Invitation, str]:
    """Invite a person to label, to judge or to adjudicate.

    An earlier invitation of theirs to the same role is revoked.

    Parameters
    ----------
    workspace : Workspace
        The project.
    person : str
        Name of the person invited.
    role : Role
        What the person may do.
    days : float in (0, 366]
        How long the link is good.
    by : str
        Name of the person who invites.

    Returns
    -------
    Invitation, str
        What is on the record; the path of the link, to go behind the address of the pages.

    Raises
    ------
    SettingsError
        If the name cannot be kept, or the days are not in the range.
    """
    workspace, host = acting(workspace, Action.INVITE, by, "who invites")
    if not 0 < days <= LONGEST_DAYS:
        raise SettingsError(
            f"The link would be good for {days:g} days.",
            f"More than 0 and at most {LONGEST_DAYS} are possible.",
            "Give another number of --days.",
        )
    name = parse_person(person, "the invitation")
    if workspace.record.accounts.named(name) is not None:
        raise SettingsError(
            f"{name} has an account.",
            "A link would let somebody else act under that name.",
            f"{name} can log in; give the account another role, or invite under another name.",
        )
    until = datetime.now(UTC) + timedelta(days=days)
    made = workspace.record.invitations.invite(name, role, by=host, expires_at=until)
    return made, f"/join/{link_token(workspace.secret, made)}"


def link_token(secret: bytes, invitation: Invitation) -> str:
    """The signed token in the link of an invitation."""
    return _signer(secret).dumps([invitation.id, invitation.role.value])


def role_of(secret: bytes, token: str) -> Role | None:
    """The role of a token that we signed, else None; the invitation may have expired since."""
    found = _read(secret, token)
    return None if found is None else found[1]


def invitation_of(workspace: Workspace, token: str) -> Invitation:
    """The invitation of a link that is good now.

    Raises
    ------
    NotInvitedError
        If the link is not ours, was revoked, or has expired.
    """
    found = _read(workspace.secret, token)
    invitation = workspace.record.invitations.get(found[0]) if found else None
    if invitation is None:
        raise NotInvitedError(
            "This link is not one of ours.",
            "A link is good only as it was sent, to the last character.",
            "Copy the whole link from the message, or ask whoever sent it.",
        )
    if invitation.revoked_at is not None:
        raise NotInvitedError(
            f"This link was revoked on {invitation.revoked_at:%d %B %Y}.",
            "What you answered before is kept.",
            f"Ask {invitation.made_by} for another.",
        )
    if not invitation.is_good(datetime.now(UTC)):
        raise NotInvitedError(
            f"This link expired on {invitation.expires_at:%d %B %Y}.",
            "What you answered before is kept.",
            f"Ask {invitation.made_by} for another.",
        )
    return invitation


def free_name(workspace: Workspace, name: str, doing: str) -> str:
    """A name that somebody typed, without stray space.

    Raises
    ------
    SettingsError
        If it cannot be kept, or belongs to somebody who was invited.
    """
    clean = parse_person(name, doing)
    if workspace.record.invitations.is_invited(clean):
        raise SettingsError(
            f"{clean} was invited, and comes by a link.",
            "A name that has an invitation cannot be taken by typing it.",
            "Open the link you were sent, or give another name.",
        )
    return clean


def _read(secret: bytes, token: str) -> tuple[int, Role] | None:
    signer = _signer(secret)
    try:
        said = signer.loads(token)
        # base64 has spare bits: several spellings would pass as the same signature
        if signer.dumps(said) != token:
            return None
        number, role = said
        return int(number), Role(role)
    except (BadData, TypeError, ValueError):
        return None


def _signer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="leadline.invitation")
