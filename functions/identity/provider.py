"""An OpenID Connect provider's metadata and public keys, each cached for minutes.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from functions.errors import VendorError, why
from functions.settings import Settings
from portal.clock import MINUTE_MS
from portal.urls import is_safe

if TYPE_CHECKING:
    from functions.services import Services

# Public keys only: with HS256 in the list a public key could be passed off as the shared secret.
ALGORITHMS = (*(f"{kind}{bits}" for kind in ("RS", "ES", "PS") for bits in (256, 384, 512)), "EdDSA", "Ed25519")
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# Where customers' browsers are sent; the rest is between the two servers.
SEEN_BY_CUSTOMERS = ("authorization_endpoint", "end_session_endpoint")
BELIEVED_MS = 5 * MINUTE_MS
# How often a stranger's token with an unknown key may make us ask for the keys again.
STRANGERS_MS = MINUTE_MS
TIMEOUT_SECONDS = (3.05, 5)
UNREADABLE = (JoseError, ValueError, KeyError, TypeError)

DOWN = "You can't sign in right now. You can still read articles and the status page."


class Provider:
    """The provider that OIDC_ISSUER names; every method raises VendorError when it does not answer."""

    def __init__(self, settings: Settings, services: "Services") -> None:
        self.settings = settings
        self.services = services
        self._metadata: dict[str, Any] = {}
        self._metadata_at = 0
        self._keys: KeySet | None = None
        self._keys_at = 0

    def metadata(self) -> dict[str, Any]:
        """The discovery document, checked: the issuer is exactly ours and every endpoint is https."""
        if not self._metadata or self.services.now() - self._metadata_at > BELIEVED_MS:
            metadata = fetch(self.settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
            self._check(metadata)
            self._metadata, self._metadata_at = metadata, self.services.now()
        return self._metadata

    def decode(self, token: str, *, stranger: bool = False) -> jwt.Token:
        """A token whose signature holds; raises one of UNREADABLE. When it does not hold with the keys we know, they
        are fetched again, since the provider may have changed them; for a stranger's token once a minute."""
        keys, fetched = self._known_keys(BELIEVED_MS)
        try:
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        except UNREADABLE:
            if fetched:
                raise
        keys, _ = self._known_keys(STRANGERS_MS if stranger else -1)
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS))

    def keys(self) -> KeySet:
        """The public keys, fetched now."""
        return self._known_keys(-1)[0]

    def _known_keys(self, believed_ms: int) -> tuple[KeySet, bool]:
        """The public keys, and whether they were fetched just now."""
        if self._keys is not None and self.services.now() - self._keys_at <= believed_ms:
            return self._keys, False
        data: Any = fetch(self.metadata()["jwks_uri"])
        try:
            self._keys, self._keys_at = KeySet.import_key_set(data), self.services.now()
        except UNREADABLE as error:
            raise VendorError(DOWN, detail="the key set cannot be read") from error
        return self._keys, True

    def _check(self, metadata: Mapping[str, Any]) -> None:
        if metadata.get("issuer") != self.settings.oidc_issuer:
            raise VendorError(DOWN, detail="the discovery document names another issuer than OIDC_ISSUER")
        for name in ENDPOINTS:
            if not is_safe(metadata.get(name)):
                raise VendorError(DOWN, detail=f"the discovery document has no https {name}")
        for name in SEEN_BY_CUSTOMERS:
            host = urlsplit(metadata[name]).netloc if is_safe(metadata.get(name)) else ""
            if host and host not in self.settings.oidc_hosts:
                # Browsers would hold the content policy against it, so say so here, where operators look.
                raise VendorError(DOWN, detail=f"the {name} is on {host}: add it to OIDC_HOSTS")


def fetch(url: str, access_token: str = "") -> dict[str, Any]:
    """A JSON object from the provider; raises VendorError (`authentication` when the access token is refused)."""
    headers = {"Authorization": f"Bearer {access_token}"} if access_token else None
    try:
        response = requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        if access_token and response.status_code in {401, 403}:
            raise VendorError(DOWN, "authentication", detail=f"no access to {urlsplit(url).path}")
        response.raise_for_status()
        data = response.json()
    except (requests.ConnectionError, requests.Timeout) as error:
        raise VendorError(DOWN, detail=f"{urlsplit(url).netloc} does not answer: {why(error)}") from error
    except (requests.RequestException, ValueError) as error:
        raise VendorError(DOWN, detail=f"no JSON from {urlsplit(url).path}") from error
    if response.status_code != 200 or not isinstance(data, dict):
        raise VendorError(DOWN, detail=f"no JSON object from {urlsplit(url).path}")
    return data
