"""Login by an OpenID provider: who comes for the first time gets an account, with the role told."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadline.errors import NotAllowedError, SettingsError
from leadline.phases.permissions import UserRole
from leadline.record import Account
from leadline.services.identity.account_changes import note_account
from leadline.services.identity.openid_provider import Provider
from leadline.services.parsing import parse_person
from leadline.settings import OidcSettings
from leadline.workspace import Workspace

_NAMES = ("name", "preferred_username", "email")
_BY = "the OpenID provider"


@dataclass(frozen=True)
class PendingLogin:
    """What a browser keeps while its person is at the provider.

    Attributes
    ----------
    state, nonce, verifier : str
        Random: what the provider sends back, signs, and is shown with the code.
    redirect : str
        Where the provider sends the browser.
    after : str
        The page that was wanted.
    """

    state: str
    nonce: str
    verifier: str
    redirect: str
    after: str


def begin_login(settings: OidcSettings, redirect: str, after: str) -> tuple[str, PendingLogin]:
    """Where to send the browser, and what it must keep meanwhile.

    Raises
    ------
    ProviderError
        If the provider does not answer.
    """
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    pending = PendingLogin(state, nonce, verifier, redirect, after)
    provider = Provider.discover(settings)
    return provider.address(redirect, state=state, nonce=nonce, verifier=verifier), pending


def finish_login(
    workspace: Workspace, pending: PendingLogin | None, answer: Mapping[str, str]
) -> str:
    """Begin a session of whom the provider vouches for.

    Parameters
    ----------
    workspace : Workspace
        The project, with [access.oidc].
    pending : PendingLogin or None
        What this browser kept; None if it kept nothing.
    answer : mapping of str to str
        What the provider sent the browser back with: code and state, or an error.

    Returns
    -------
    str
        Token of the session.

    Raises
    ------
    NotAllowedError
        If the login was not begun in this browser, the provider refuses, or it names no role.
    ProviderError
        If the provider does not answer as it should.
    """
    settings = workspace.settings.access.oidc
    state = answer.get("state", "")
    is_ours = pending is not None and secrets.compare_digest(state.encode(), pending.state.encode())
    if settings is None or pending is None or not is_ours:
        raise NotAllowedError(
            "This login was not begun in this browser, or too long ago.",
            "A login begins and ends in one browser, within ten minutes.",
            "Log in again.",
        )
    if "code" not in answer:
        raise NotAllowedError(
            f"The provider does not let you in: {answer.get('error', 'it sent no code')[:100]}.",
            next="Log in again, or ask whoever runs the provider.",
        )
    provider = Provider.discover(settings)
    claims = provider.claims(
        answer["code"], pending.redirect, nonce=pending.nonce, verifier=pending.verifier
    )
    account = _account(workspace, settings, claims)
    return workspace.record.login_sessions.begin(account.id)


def _account(workspace: Workspace, settings: OidcSettings, claims: Mapping[str, Any]) -> Account:
    """The account of the subject, in the role that the provider tells now."""
    accounts = workspace.record.accounts
    subject = f"{settings.issuer} {claims['sub']}"
    role = role_told(settings, claims)
    known = accounts.of_subject(subject)
    if known is not None and known.disabled_at is not None:
        raise NotAllowedError(
            f"The account of {known.name} is disabled.", next="Ask an owner of the project."
        )
    if known is None:
        name = _name(claims)
        if workspace.record.invitations.is_invited(name):
            raise NotAllowedError(
                f"The provider calls you {name}, and {name} has an invitation that is still good.",
                "A name is one person's, and comes in by one way.",
                "Ask whoever invited to take the link back.",
            )
        made = accounts.add(name, role, subject=subject)
        note_account(workspace, made, f"{role} from now on", _BY)
        return made
    if known.role is role:
        return known
    changed = accounts.set_role(known.id, role)
    note_account(workspace, changed, f"{known.role} until now, {role} from now on", _BY)
    return changed


def role_told(settings: OidcSettings, claims: Mapping[str, Any]) -> UserRole:
    """The role that a provider's claims tell; of several, the first in the order of the roles.

    Raises
    ------
    NotAllowedError
        If they tell none, and no default is set.

    Examples
    --------
    >>> settings = OidcSettings(
    ...     issuer="https://login.example.org", client_id="x", roles={"ml-owners": UserRole.OWNER}
    ... )
    >>> role_told(settings, {"role": ["staff", "ml-owners"]}).value
    'owner'
    """
    said = claims.get(settings.role_claim, ())
    words = [said] if isinstance(said, str) else list(said) if isinstance(said, list) else []
    own = {role.value: role for role in UserRole}
    told = {(dict(settings.roles) | own).get(word) for word in words if isinstance(word, str)}
    for role in UserRole:
        if role in told:
            return role
    if settings.default_role:
        return UserRole(settings.default_role)
    raise NotAllowedError(
        f"The provider's claim {settings.role_claim!r} names no role of this project.",
        f"One of {', '.join(own)} is needed, or a word under [access.oidc.roles].",
        "Ask whoever runs the provider to give you one.",
    )


def _name(claims: Mapping[str, Any]) -> str:
    for key in _NAMES:
        if isinstance(claims.get(key), str) and claims[key].strip():
            try:
                return parse_person(claims[key], "the account")
            except SettingsError:
                continue
    raise NotAllowedError(
        "The provider does not say your name.",
        f"One of the claims {', '.join(_NAMES)} is needed.",
        'Ask for them by [access.oidc] scopes: ["profile", "email"].',
    )
