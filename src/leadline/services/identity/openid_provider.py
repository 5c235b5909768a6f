"""OpenID Connect provider: discovery, the exchange of a code, and a token whose word counts.

Authorization code flow with PKCE (S256), state and nonce [1]_ [2]_. The ID token's signature is
checked by the provider's published keys; issuer, audience, expiry and nonce must be as asked.

References
----------
.. [1] OpenID Connect Core 1.0, section 3.1.
.. [2] RFC 7636, Proof Key for Code Exchange; RFC 9700, Best Current Practice for OAuth 2.0.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from leadline.errors import LeadlineError, NotAllowedError
from leadline.settings import OidcSettings

_ANSWER_S = 10.0
_MOST_BYTES = 1_000_000
_LEEWAY_S = 60
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# signed by a key that only the provider has: never "none", never a shared secret
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


class ProviderError(LeadlineError):
    """The provider does not answer, or not as OpenID Connect says."""


@dataclass(frozen=True)
class Provider:
    """A provider, as its discovery document describes it.

    Attributes
    ----------
    settings : OidcSettings
        What `leadline.toml` says of it.
    authorization, token, keys : str
        Its addresses.
    methods : tuple of str
        Ways a client may prove itself.
    """

    settings: OidcSettings
    authorization: str
    token: str
    keys: str
    methods: tuple[str, ...]

    @classmethod
    def discover(cls, settings: OidcSettings) -> Provider:
        """Read the discovery document.

        Raises
        ------
        ProviderError
            If there is none, or it is another issuer's.
        """
        said = _get(f"{settings.issuer}/.well-known/openid-configuration")
        if str(said.get("issuer", "")).rstrip("/") != settings.issuer:
            raise ProviderError(
                f"The provider calls itself {said.get('issuer')!r}.",
                f"[access.oidc] issuer says {settings.issuer!r}.",
                "Set issuer to what the provider's discovery document says.",
            )
        try:
            return cls(
                settings,
                said["authorization_endpoint"],
                said["token_endpoint"],
                said["jwks_uri"],
                tuple(said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])),
            )
        except KeyError as error:
            raise ProviderError(f"The provider's discovery document lacks {error}.") from None

    def address(self, redirect: str, *, state: str, nonce: str, verifier: str) -> str:
        """Where a browser is sent so that the person logs in there."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(("openid", *self.settings.scopes)),
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        mark = "&" if "?" in self.authorization else "?"
        return f"{self.authorization}{mark}{urllib.parse.urlencode(asked)}"

    def claims(self, code: str, redirect: str, *, nonce: str, verifier: str) -> Mapping[str, Any]:
        """What the provider says of the person, for the code that the browser brought.

        Raises
        ------
        ProviderError
            If the provider does not answer as it should.
        NotAllowedError
            If it takes the code for none of its own, or its token's word does not count.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": self.settings.client_id,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        secret = os.environ.get(self.settings.client_secret, "")
        if secret and "client_secret_basic" in self.methods:
            pair = ":".join(map(urllib.parse.quote_plus, (self.settings.client_id, secret)))
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif secret:
            form["client_secret"] = secret
        answer = _asked(self.token, urllib.parse.urlencode(form).encode(), headers)
        return self._trusted(str(answer.get("id_token", "")), nonce)

    def _trusted(self, token: str, nonce: str) -> Mapping[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "values": [self.settings.issuer, f"{self.settings.issuer}/"]},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            keys = KeySet.import_key_set(_get(self.keys))  # type: ignore[arg-type]
            read = jwt.decode(token, keys, algorithms=list(_ALGORITHMS))
            registry.validate(read.claims)
        except (JoseError, ValueError) as error:
            raise NotAllowedError(
                f"The provider's word does not count: {error}.",
                "A fresh token is needed that it signed for these pages and this login.",
                "Log in again; if it stays so, check [access.oidc] issuer and client_id.",
            ) from error
        if read.claims.get("azp", self.settings.client_id) != self.settings.client_id:
            raise NotAllowedError("The provider's token was made for another client.")
        return dict(read.claims)


def _challenge(verifier: str) -> str:
    """What the provider is told at first of the secret that it is shown later."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _get(url: str) -> dict[str, Any]:
    return _asked(url, None, {})


def _asked(url: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
    if not _is_safe(url):
        raise ProviderError(f"The provider names an address that is not encrypted: {url[:200]}.")
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        url, data=body, headers={"Accept": "application/json", **headers}
    )
    try:
        with urllib.request.build_opener(_Redirects).open(request, timeout=_ANSWER_S) as answer:
            said = json.loads(answer.read(_MOST_BYTES))
    except urllib.error.HTTPError as error:
        if body is not None and error.code in {400, 401, 403}:
            raise NotAllowedError(
                f"The provider refuses the code: {_reason(error)}.",
                "Each code is good once, and for a short time.",
                "Log in again; if it stays so, check client_id and the client's secret.",
            ) from error
        raise _silent(f"it answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise _silent(str(error)) from error
    if not isinstance(said, dict):
        raise _silent("its answer is no JSON object")
    return said


def _is_safe(url: str) -> bool:
    """Whether nobody between can read what is sent there: encrypted, or this machine itself."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        return False
    is_here = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return parts.scheme == "https" or is_here


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect to a safe address only, and none at all with the client's secret."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """What to ask next; None to take the redirect for the refusal that it is."""
        if req.data is not None or not _is_safe(newurl):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read(10_000))["error"])[:100]
    except (ValueError, KeyError, TypeError):
        return f"code {error.code}"


def _silent(why: str) -> ProviderError:
    return ProviderError(
        f"The provider cannot be asked: {why}.",
        "Its discovery document, its tokens and its keys are needed for a login.",
        "Try again later, or check [access.oidc] issuer in leadline.toml.",
    )
