"""Sign-in with the product's own identity: an OpenID Connect relying party on Authlib.

https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636 (PKCE), RFC 9207 (`iss` of the answer),
https://openid.net/specs/openid-connect-rpinitiated-1_0.html, https://openid.net/specs/openid-connect-backchannel-1_0.html
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlencode

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc.jwt import JWTClaimsRegistry

from functions.errors import VendorError
from functions.identity import Identity, Logout, client_secret
from functions.identity.claims import address, is_one_of_us, ours
from functions.identity.client_secret import Way
from functions.identity.provider import DOWN, TIMEOUT_SECONDS, UNREADABLE, Provider, fetch
from functions.identity.vault import seal, unseal
from functions.settings import Settings
from portal.models import Requester, is_true
from portal.urls import is_safe

if TYPE_CHECKING:
    from functions.services import Services

SKEW_SECONDS = 60
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TYPES = {"logout+jwt", "JWT"}
# How long after it was made a logout token may arrive.
LOGOUT_SECONDS = 600

REFUSED = "We couldn't confirm your sign-in. Sign in again."
UNVERIFIED = "Your account's email address isn't verified yet. Confirm it in your account, then sign in again."

UNUSABLE = (
    "We can't send email to your account's address. It needs letters from a to z before the @, and a domain such as"
    " example.com after it. Change it in your account, then sign in again."
)


def connect(settings: Settings, services: "Services") -> "OpenIDConnect":
    """The provider that the settings name."""
    return OpenIDConnect(settings, services)


class OpenIDConnect:
    """One provider; every method raises VendorError (`unavailable`: try later, `rejected`: nobody is signed in)."""

    def __init__(self, settings: Settings, services: "Services") -> None:
        self.settings = settings
        self.services = services
        self.provider = Provider(settings, services)

    def authorize(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """The address at the provider where the customer signs in."""
        # Without consent a provider ignores offline_access (Core 11).
        consent = {"prompt": "consent"} if "offline_access" in self.settings.oidc_scopes.split() else {}
        metadata = self.provider.metadata()
        with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier, **consent
            )
        return str(url)

    def identify(self, answer: Mapping[str, str], redirect_uri: str, nonce: str, verifier: str) -> Identity:
        """Who signed in, from the parameters that the provider sent back."""
        metadata = self.provider.metadata()
        self._check_answer(answer, metadata)
        token = self._token(
            metadata,
            redirect_uri,
            grant_type="authorization_code",
            code=answer["code"],
            code_verifier=verifier,
        )
        if not isinstance(token.get("id_token"), str):
            _refuse("the token answer has no id_token")
        claims = self._verify(token, {"nonce": nonce})
        return self._identity(claims, self._userinfo(token["access_token"], claims["sub"], metadata), token)

    def renew(self, subject: str, session_id: str, sealed: str) -> Identity:
        """The customer of a session, read again: with the access token where that gives all claims, else with the
        refresh token; `rejected` when the provider no longer vouches for them or cannot be asked without them."""
        tokens = unseal(sealed, session_id, self.settings.secret_keys)
        if tokens is None:
            _refuse("the tokens were sealed with a key that is gone")
        metadata = self.provider.metadata()
        alive = tokens["expires_at"] is None or tokens["expires_at"] > self.services.now() // 1000
        if tokens["whole"] and alive:
            try:
                return self._identity(None, self._userinfo(tokens["access_token"], subject, metadata), tokens)
            except VendorError as error:
                if error.kind != "authentication":
                    raise
        if not tokens["refresh_token"]:
            _refuse("the access token is over and there is no refresh token")
        token = self._token(metadata, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        claims = self._verify(token, {}) if isinstance(token.get("id_token"), str) else None
        if claims is None and not tokens["whole"]:
            _refuse("some claims come with the ID token only, and there is no new one")
        if claims is not None and claims["sub"] != subject:
            _refuse("the renewed ID token speaks of another subject")
        return self._identity(claims, self._userinfo(token["access_token"], subject, metadata), tokens | token)

    def seal(self, identity: Identity, session_id: str) -> str:
        """The provider's tokens, encrypted for this session's row."""
        return seal(identity.tokens, session_id, self.settings.secret_keys)

    def sign_out_url(self, session_id: str, sealed: str, back: str) -> str | None:
        """The address that ends the session at the provider as well and returns to `back`; None without one."""
        endpoint = self.provider.metadata().get("end_session_endpoint")
        tokens = unseal(sealed, session_id, self.settings.secret_keys)
        if tokens is None or not is_safe(endpoint):
            return None
        query = {
            "id_token_hint": tokens["id_token"],
            "client_id": self.settings.oidc_client_id,
            "post_logout_redirect_uri": back,
        }
        return f"{endpoint}{'&' if '?' in str(endpoint) else '?'}{urlencode(query)}"

    def check(self) -> list[str]:
        """Read the discovery document and the keys; what the provider does not offer is a fault."""
        metadata = self.provider.metadata()
        self.provider.keys()
        faults = []
        if "S256" not in metadata.get("code_challenge_methods_supported", ["S256"]):
            faults.append("the provider does not take PKCE with S256")
        if missing := set(self.settings.oidc_scopes.split()) - set(
            metadata.get("scopes_supported", self.settings.oidc_scopes.split())
        ):
            faults.append(f"the provider does not list the scopes {', '.join(sorted(missing))} of OIDC_SCOPES")
        return faults

    def logged_out(self, logout_token: str) -> Logout:
        """A back-channel token, checked by section 2.6 in all but one thing: whether it came before."""
        now = self.services.now() // 1000
        options: dict[str, Any] = self._for_us() | {name: {"essential": True} for name in ("iat", "jti", "events")}
        try:
            decoded = self.provider.decode(logout_token, stranger=True)
            claims = decoded.claims
            JWTClaimsRegistry(now, SKEW_SECONDS, **options).validate(claims)
            event = claims["events"][LOGOUT_EVENT]
        except UNREADABLE as error:
            raise VendorError(REFUSED, "rejected", detail="the logout token does not hold") from error
        if "nonce" in claims or not isinstance(event, dict) or decoded.header.get("typ", "JWT") not in LOGOUT_TYPES:
            _refuse("the token is not a logout token")
        if claims["iat"] < now - LOGOUT_SECONDS:
            _refuse("the logout token is too old")
        sub, sid = claims.get("sub"), claims.get("sid")
        if not (sub or sid) or not all(isinstance(value, str | None) for value in (sub, sid)):
            _refuse("the logout token names nobody")
        return Logout(str(claims["jti"]), sub, sid)

    def _check_answer(self, answer: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        """Raise VendorError unless the answer comes from this provider and brings a code."""
        issuer = answer.get("iss")
        promised = metadata.get("authorization_response_iss_parameter_supported") is True
        if (issuer is None and promised) or issuer not in {None, self.settings.oidc_issuer}:
            _refuse("the answer comes from another issuer")
        if "error" in answer or not answer.get("code"):
            raise VendorError("You weren't signed in.", "rejected", detail="the provider sent no code")

    def _session(self, redirect_uri: str, way: Way = client_secret.BASIC) -> OAuth2Session:
        return OAuth2Session(
            self.settings.oidc_client_id,
            self.settings.oidc_client_secret,
            scope=self.settings.oidc_scopes,
            redirect_uri=redirect_uri or None,
            code_challenge_method="S256",
            token_endpoint_auth_method=way,
            default_timeout=TIMEOUT_SECONDS,
        )

    def _token(self, metadata: Mapping[str, Any], redirect_uri: str = "", **grant: str) -> dict[str, Any]:
        """The token endpoint's answer to a grant; it has an access token."""
        settings = self.settings
        *first, last = client_secret.ways(metadata, settings.oidc_client_id, settings.oidc_client_secret)
        try:
            for way in first:
                try:
                    return self._ask_token(metadata["token_endpoint"], redirect_uri, way, grant)
                except OAuthError as error:
                    if error.error not in client_secret.CLIENT_REFUSED:
                        raise
            return self._ask_token(metadata["token_endpoint"], redirect_uri, last, grant)
        except OAuthError as error:
            # A code works once: this is also what a replayed answer gets. Of a refresh token only invalid_grant is
            # final; anything else may be the operator's mistake, and is no reason to sign customers out at once.
            final = "code" in grant or error.error == "invalid_grant"
            detail = f"the provider did not accept the {'code' if 'code' in grant else 'refresh token'}"
            raise VendorError(
                REFUSED if final else DOWN, "rejected" if final else "unavailable", detail=detail
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise VendorError(DOWN, detail="the token endpoint did not answer") from error

    def _ask_token(self, endpoint: str, redirect_uri: str, way: Way, grant: Mapping[str, str]) -> dict[str, Any]:
        with self._session(redirect_uri, way) as session:
            if "code" in grant:
                token: dict[str, Any] = session.fetch_token(endpoint, allow_redirects=False, **grant)
            else:
                token = session.refresh_token(endpoint, grant["refresh_token"], allow_redirects=False)
        if not isinstance(token.get("access_token"), str):
            _refuse("the token answer has no access_token")
        return token

    def _for_us(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self.settings.oidc_issuer},
            "aud": {"essential": True, "value": self.settings.oidc_client_id},
        }

    def _verify(self, token: Mapping[str, Any], params: dict[str, str]) -> dict[str, Any]:
        """The claims of the ID token once its signature, issuer, audience, age and nonce hold."""
        params |= {"client_id": self.settings.oidc_client_id, "access_token": token["access_token"]}
        try:
            decoded = self.provider.decode(token["id_token"])
            claims = CodeIDToken(decoded.claims, decoded.header, options=self._for_us(), params=params)
            claims.validate(self.services.now() // 1000, SKEW_SECONDS)
        except UNREADABLE as error:
            raise VendorError(REFUSED, "rejected", detail="the ID token does not hold") from error
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            _refuse("the ID token names nobody")
        return dict(claims)

    def _userinfo(self, access_token: str, subject: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """The userinfo endpoint's claims, which must be of the same subject; empty without an endpoint."""
        endpoint = metadata.get("userinfo_endpoint")
        if not is_safe(endpoint):
            return {}
        userinfo = fetch(str(endpoint), access_token)
        if userinfo.get("sub") != subject:
            _refuse("userinfo speaks of another subject than the ID token")
        return userinfo

    def _identity(
        self, claims: Mapping[str, Any] | None, userinfo: Mapping[str, Any], token: Mapping[str, Any]
    ) -> Identity:
        """The two sources as one; `claims` is None when only userinfo was asked."""
        wanted = {"email", "name", *self.settings.oidc_claims.values()}
        whole = token["whole"] if claims is None else wanted & claims.keys() <= userinfo.keys()
        sid = (claims or {}).get("sid")
        if claims and "email" in userinfo:
            # "verified" belongs to the address beside it: never let one source vouch for the other's.
            claims = {name: value for name, value in claims.items() if name != "email_verified"}
        requester, mapped = self._requester({**(claims or {}), **userinfo})
        kept = {name: token.get(name) for name in ("access_token", "expires_at", "refresh_token", "id_token")}
        return Identity(requester, mapped, sid if isinstance(sid, str) else None, kept | {"whole": whole})

    def _requester(self, claims: Mapping[str, Any]) -> tuple[Requester, dict[str, Any]]:
        email = address(claims.get("email"))
        if not claims.get("email") or not is_true(claims.get("email_verified")):
            raise VendorError(UNVERIFIED, "rejected", detail="the account has no verified email address")
        if email is None:
            raise VendorError(UNUSABLE, "rejected", detail="the email claim is no address that the portal can mail")
        mapped = ours(claims, self.settings.oidc_claims)
        account = mapped.pop("account", None) or None
        if not is_one_of_us(str(claims["sub"]), account):
            _refuse("subject or account could pass for another's")
        name = claims.get("name")
        requester = Requester(
            subject=str(claims["sub"]),
            email=email,
            name=name if isinstance(name, str) else "",
            account=account,
            scopes=mapped.pop("scopes", frozenset()),
        )
        return requester, mapped


def _refuse(why: str) -> NoReturn:
    raise VendorError(REFUSED, "rejected", detail=why)
