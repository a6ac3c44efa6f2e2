"""Sign-in for tests: the demo's real provider, and one that lies in the ways a provider must not."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from werkzeug import Request, Response
from werkzeug.test import TestResponse

from tests.conftest import Browser
from tests.providers import CLIENT, SECRET


def oidc_environ(issuer: str, client: str = CLIENT, secret: str = SECRET) -> dict[str, str]:
    """The settings that make the functions trust `issuer`."""
    return {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": client, "OIDC_CLIENT_SECRET": secret}


def sign_in(browser: Browser, user: str, back: str = "/my/") -> TestResponse:
    """Walk through the demo's provider as `user` and return the callback's answer."""
    return browser.get(authorized(browser, user, back))


def authorized(browser: Browser, user: str, back: str = "/my/") -> str:
    """Sign in at the demo's provider and return the path of the callback that it sends the browser to."""
    begin = browser.get("/api/signin", query_string={"return": back})
    chosen = requests.post(begin.location, data={"sub": user}, allow_redirects=False, timeout=10)
    parts = urlsplit(chosen.headers["Location"])
    return f"{parts.path}?{parts.query}"


@cache
def key(name: str) -> ECKey:
    """A signing key; one name is always the same key."""
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


@dataclass
class Liar:
    """A strict provider that lies where a test tells it to.

    `takes` is how it reads the secret: `decoded` from the header as the specification says, `as written` there, or
    from the `body`.

    `claims` and `userinfo` replace claims (None leaves one out), `signed_by` names the key that signs, `alg` may be
    `none`, `HS256` or `HS256 with the public key`, `metadata` replaces parts of the discovery document, `broken`
    holds paths that answer garbage, `slow` those that answer when `hurry` is set, `asked` counts requests by path.
    With `refresh` it gives a refresh token, which works once; `refusal` is its error for the next one. `locked`
    refuses access tokens.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    hurry: threading.Event = field(default_factory=threading.Event)
    signed_by: str = "first"
    published: str = "first"
    alg: str = "ES256"
    refresh: str = ""
    refusal: str = ""
    locked: bool = False
    takes: str = "decoded"
    client: str = CLIENT
    secret: str = SECRET
    asked: list[str] = field(default_factory=list)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    given: str = ""

    def authorize(self, location: str) -> str:
        """What the provider's page does once the customer signed in: the path of the callback."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        return self._answer(request, request.host_url.rstrip("/"))(environ, start_response)

    def _answer(self, request: Request, issuer: str) -> Response:
        self.asked.append(request.path)
        if request.path in self.slow:
            self.hurry.wait(20)
        if request.path in self.broken:
            return Response("<h1>It works!</h1>", mimetype="text/html")
        match request.path:
            case "/.well-known/openid-configuration":
                return _json(self._discovery(issuer) | self.metadata)
            case "/jwks":
                return _json({"keys": [key(self.published).as_dict(private=False)]})
            case "/token":
                return self._token(request, issuer)
            case "/userinfo" if self.locked:
                return _json({"error": "invalid_token"}, 401)
            case "/userinfo":
                return _json(_without_none({"sub": "eve"} | self.userinfo))
        return Response("Not found", 404)

    def _discovery(self, issuer: str) -> dict[str, Any]:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        found = {name: issuer + path for name, path in paths.items()}
        return found | {"issuer": issuer, "userinfo_endpoint": issuer + "/userinfo"}

    def logout_token(self, issuer: str, **changes: Any) -> str:
        """A logout token about eve's session `s1`; `changes` replace claims, and None leaves one out."""
        claims = {
            "iss": issuer,
            "aud": self.client,
            "iat": int(time.time()),
            "exp": int(time.time()) + 120,
            "jti": secrets.token_hex(8),
            "sub": "eve",
            "sid": "s1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        return self._sign(_without_none(claims | changes))

    def _token(self, request: Request, issuer: str) -> Response:
        if self._shown(request) != (self.client, self.secret):
            return _json({"error": "invalid_client"}, 401)
        if request.form.get("grant_type") == "refresh_token":
            given, self.refresh = request.form.get("refresh_token"), secrets.token_hex(8) if self.refresh else ""
            if self.refusal or given != self.given:
                return _json({"error": self.refusal or "invalid_grant"}, 400)
            return self._tokens(issuer, {})
        asked = self.codes.pop(request.form.get("code", ""), None)
        if asked is None or not _proves(request.form.get("code_verifier", ""), asked["code_challenge"]):
            return _json({"error": "invalid_grant"}, 400)
        if request.form.get("redirect_uri") != asked["redirect_uri"]:
            return _json({"error": "invalid_grant"}, 400)
        return self._tokens(issuer, {"nonce": asked["nonce"]})

    def _shown(self, request: Request) -> tuple[str | None, str | None]:
        """The client's id and secret; nothing when they are in two places, which the specification forbids."""
        who, form = request.authorization, request.form
        nowhere = None, None
        if self.takes == "body":
            return nowhere if who else (form.get("client_id"), form.get("client_secret"))
        if who is None or "client_secret" in form:
            return nowhere
        if self.takes == "as written":
            return who.username, who.password
        return unquote_plus(who.username or ""), unquote_plus(who.password or "")

    def _tokens(self, issuer: str, more: dict[str, Any]) -> Response:
        now = int(time.time())
        claims = more | {
            "iss": issuer,
            "sub": "eve",
            "aud": self.client,
            "iat": now,
            "exp": now + 300,
            "email": "eve@customer.example",
            "email_verified": True,
        }
        id_token = self._sign(_without_none(claims | self.claims))
        answer = {"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}
        self.given = self.refresh
        return _json(answer | ({"refresh_token": self.refresh} if self.refresh else {}))

    def _sign(self, claims: dict[str, Any]) -> str:
        if self.alg == "none":
            return f"{_part({'alg': 'none'})}.{_part(claims)}."
        if self.alg == "HS256 with the public key":
            # By hand: the library refuses to use a public key as a secret.
            header = {"alg": "HS256", "typ": "JWT", "kid": self.published}
            signed = f"{_part(header)}.{_part(claims)}"
            secret = key(self.published).as_pem(private=False)
            digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
            return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
        if self.alg == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32, "x")), algorithms=["HS256"])
        return jwt.encode({"alg": self.alg, "kid": self.signed_by}, claims, key(self.signed_by))


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def _without_none(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _part(data: Any) -> str:
    return base64.urlsafe_b64encode(_text(data)).rstrip(b"=").decode()


def _text(data: Any) -> bytes:
    return json.dumps(data).encode()


def _json(data: Any, status: int = 200) -> Response:
    return Response(_text(data), status, mimetype="application/json")
