"""The interface of an identity provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from portal.models import Requester


@dataclass(frozen=True)
class Identity:
    """A customer as the provider knows them: mapped claims, the provider's session id, and its tokens."""

    requester: Requester
    claims: dict[str, Any]
    sid: str | None
    tokens: dict[str, Any]


@dataclass(frozen=True)
class Logout:
    """A logout token: whose sessions to close; without `sid` all of the subject's."""

    jti: str
    sub: str | None
    sid: str | None


class IdentityProvider(Protocol):
    """A provider of identities; every method raises VendorError (`unavailable`: try later, `rejected`: the sign-in
    does not hold)."""

    def authorize(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """The address at the provider where the customer signs in."""

    def identify(self, answer: Mapping[str, str], redirect_uri: str, nonce: str, verifier: str) -> Identity:
        """Who signed in, from the parameters that the provider sent back."""

    def renew(self, subject: str, session_id: str, sealed: str) -> Identity:
        """The customer of a session, read again; `rejected` when the provider no longer vouches for them."""

    def seal(self, identity: Identity, session_id: str) -> str:
        """The provider's tokens, encrypted for this session's row."""

    def sign_out_url(self, session_id: str, sealed: str, back: str) -> str | None:
        """The address that ends the session at the provider as well and returns to `back`; None without one."""

    def check(self) -> list[str]:
        """Faults of the provider's settings, each a sentence; VendorError when it does not answer."""

    def logged_out(self, logout_token: str) -> Logout:
        """A back-channel token, checked in all but one thing: whether it came before."""
