"""Section of `leadline.toml` on access: a provider by which people log in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from leadline.phases.permissions import UserRole

_LOOPBACK = r"http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/\S*)?"


def _as_issuer(value: str) -> str:
    if not re.fullmatch(rf"https://\S+|{_LOOPBACK}", value):
        raise ValueError('It must be an address such as "https://login.example.org"')
    return value.rstrip("/")


@dataclass(frozen=True, kw_only=True)
class OidcSettings:
    """[access.oidc]: the OpenID Connect provider by which people log in.

    Attributes
    ----------
    issuer : str
        Address of the provider, as its discovery document says it.
    client_id : str
        What the provider calls these pages.
    client_secret : str
        Environment variable with the secret that the provider gave; a public client has none.
    role_claim : str
        Claim of the ID token that says the role: one word, or a list.
    roles : mapping of str to role
        A provider's own words for the roles: ``ml-owners = "owner"``. Roles' own names need none.
    default_role : role or ""
        Of people whose claim names none; empty: they are not let in.
    scopes : tuple of str
        Asked for beside "openid".
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    issuer: Annotated[str, AfterValidator(_as_issuer)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: str = "LEADLINE_OIDC_SECRET"  # noqa: S105 - the name of a variable
    role_claim: str = "role"
    roles: Mapping[str, UserRole] = field(default_factory=dict)
    default_role: UserRole | Literal[""] = ""
    scopes: tuple[str, ...] = ("profile", "email")


@dataclass(frozen=True, kw_only=True)
class AccessSettings:
    """[access]: how people log in, beside names and passwords.

    Attributes
    ----------
    oidc : OidcSettings or None
        A provider; None: passwords only.
    """

    oidc: OidcSettings | None = None
