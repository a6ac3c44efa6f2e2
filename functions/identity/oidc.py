"""Sign-in with the product's own identity: an OpenID Connect relying party on Authlib.

https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636 (PKCE), RFC 9207 (`iss` of the answer)
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from functions.errors import VendorError
from functions.settings import LOOPBACK, Settings
from portal.models import Requester

if TYPE_CHECKING:
    from functions.services import Services

# Public keys only: with HS256 in the list a public key could be passed off as the shared secret.
ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA", "Ed25519")
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SCOPE = "openid profile email"
SKEW_SECONDS = 60
TIMEOUT_SECONDS = (3.05, 5)

DOWN = "Signing in is not reachable just now. Articles and the status page work without it."
REFUSED = "This sign-in could not be confirmed, so nobody was signed in. Start again from here."
UNVERIFIED = (
    "Your account has no verified e-mail address, and we answer only to verified ones."
    " Confirm your address in your account, then sign in again."
)


def connect(settings: Settings, services: "Services") -> "OpenIDConnect":
    """The provider that the settings name."""
    return OpenIDConnect(settings, services)


class OpenIDConnect:
    """One provider; every method raises VendorError (`unavailable`: try later, `rejected`: nobody is signed in)."""

    def __init__(self, settings: Settings, services: "Services") -> None:
        self.settings = settings
        self.services = services
        self._metadata: dict[str, Any] = {}

    def authorize(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """The address at the provider where the customer signs in."""
        with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                self._discover()["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    def identify(
        self, answer: Mapping[str, str], redirect_uri: str, nonce: str, verifier: str
    ) -> tuple[Requester, dict[str, Any]]:
        """Who signed in, and their mapped claims, from the parameters that the provider sent back."""
        metadata = self._discover()
        self._check_answer(answer, metadata)
        token = self._exchange(answer["code"], redirect_uri, verifier, metadata)
        claims = self._verify(token, nonce, metadata)
        return self._requester(self._with_userinfo(claims, token, metadata))

    def _check_answer(self, answer: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        """Raise VendorError unless the answer comes from this provider and brings a code."""
        issuer = answer.get("iss")
        promised = metadata.get("authorization_response_iss_parameter_supported") is True
        if (issuer is None and promised) or issuer not in {None, self.settings.oidc_issuer}:
            _refuse("the answer comes from another issuer")
        if "error" in answer or not answer.get("code"):
            raise VendorError("You were not signed in.", "rejected", detail="the provider sent no code")

    def _session(self, redirect_uri: str = "") -> OAuth2Session:
        methods = self._metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return OAuth2Session(
            self.settings.oidc_client_id,
            self.settings.oidc_client_secret,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if "client_secret_basic" in methods else methods[0],
            default_timeout=TIMEOUT_SECONDS,
        )

    def _discover(self) -> dict[str, Any]:
        """The provider's metadata, fetched once per process; the issuer must be exactly ours."""
        if not self._metadata:
            metadata = _fetch(self.settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
            if metadata.get("issuer") != self.settings.oidc_issuer:
                raise VendorError(DOWN, detail="the discovery document names another issuer than OIDC_ISSUER")
            for name in ENDPOINTS:
                if not _is_safe(metadata.get(name)):
                    raise VendorError(DOWN, detail=f"the discovery document has no https {name}")
            self._metadata = metadata
        return self._metadata

    def _exchange(self, code: str, redirect_uri: str, verifier: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with self._session(redirect_uri) as session:
                token: dict[str, Any] = session.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    allow_redirects=False,
                )
        except OAuthError as error:
            # A code works once: this is also what a replayed answer gets.
            raise VendorError(REFUSED, "rejected", detail="the provider did not accept the code") from error
        except (requests.RequestException, ValueError) as error:
            raise VendorError(DOWN, detail="the token endpoint did not answer") from error
        if not isinstance(token.get("id_token"), str) or not isinstance(token.get("access_token"), str):
            _refuse("the token answer has no id_token or no access_token")
        return token

    def _verify(self, token: Mapping[str, Any], nonce: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """The claims of the ID token once its signature, issuer, audience, age and nonce hold."""
        # Fetched at each sign-in: one small request, and a key that was rotated a minute ago is known.
        keys = _fetch(metadata["jwks_uri"])
        client_id = self.settings.oidc_client_id
        try:
            decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self.settings.oidc_issuer},
                    "aud": {"essential": True, "value": client_id},
                },
                params={"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]},
            )
            claims.validate(self.services.now() // 1000, SKEW_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise VendorError(REFUSED, "rejected", detail="the ID token does not hold") from error
        return dict(claims)

    def _with_userinfo(
        self, claims: dict[str, Any], token: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The claims with those of the userinfo endpoint, which must speak of the same subject."""
        endpoint = metadata.get("userinfo_endpoint")
        if not _is_safe(endpoint):
            return claims
        userinfo = _fetch(str(endpoint), {"Authorization": f"Bearer {token['access_token']}"})
        if userinfo.get("sub") != claims["sub"]:
            _refuse("userinfo speaks of another subject than the ID token")
        if "email" in userinfo:
            # "verified" belongs to the address beside it: never let one source vouch for the other's.
            claims = {name: value for name, value in claims.items() if name != "email_verified"}
        return claims | userinfo

    def _requester(self, claims: Mapping[str, Any]) -> tuple[Requester, dict[str, Any]]:
        email = claims.get("email")
        if not isinstance(email, str) or "@" not in email or claims.get("email_verified") is not True:
            raise VendorError(UNVERIFIED, "rejected", detail="the account has no verified e-mail address")
        mapped = {name: claims[claim] for name, claim in self.settings.oidc_claims.items() if claim in claims}
        scopes = mapped.pop("scopes", [])
        account = mapped.pop("account", None)
        name = claims.get("name")
        requester = Requester(
            subject=str(claims["sub"]),
            email=email,
            name=name if isinstance(name, str) else "",
            account=str(account) if account else None,
            scopes=frozenset(map(str, scopes.split() if isinstance(scopes, str) else scopes)),
        )
        return requester, mapped | ({"sid": claims["sid"]} if isinstance(claims.get("sid"), str) else {})


def _fetch(url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object from the provider; raises VendorError."""
    try:
        response = requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        response.raise_for_status()
        data = response.json()
    except (requests.RequestException, ValueError) as error:
        raise VendorError(DOWN, detail=f"no JSON from {urlsplit(url).path}") from error
    if response.status_code != 200 or not isinstance(data, dict):
        raise VendorError(DOWN, detail=f"no JSON object from {urlsplit(url).path}")
    return data


def _is_safe(url: object) -> bool:
    """Whether an endpoint is https, or http on this machine."""
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _refuse(why: str) -> NoReturn:
    raise VendorError(REFUSED, "rejected", detail=why)
