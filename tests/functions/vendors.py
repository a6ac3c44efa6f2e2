"""Sign-in for tests: the demo's real provider, and one that lies in the ways a provider must not."""

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from werkzeug import Request, Response
from werkzeug.test import TestResponse

from tests.conftest import Browser

CLIENT = "portal-test"
SECRET = "portal-test-secret"


@contextmanager
def demo_provider() -> Iterator[str]:
    """The demo's provider in a process of its own, as `make serve` runs it; yields its issuer."""
    command = [sys.executable, "-m", "demo.identity", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def oidc_environ(issuer: str) -> dict[str, str]:
    """The settings that make the functions trust `issuer`."""
    return {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}


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

    `claims` and `userinfo` replace claims (None leaves one out), `signed_by` names the key that signs, `alg` may be
    `none` or `HS256`, `metadata` replaces parts of the discovery document, `broken` holds paths that answer
    garbage, `asked` counts requests by path.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    signed_by: str = "first"
    published: str = "first"
    alg: str = "ES256"
    asked: list[str] = field(default_factory=list)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def authorize(self, location: str) -> str:
        """What the provider's page does once the customer signed in: the path of the callback."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        return self._answer(request, request.host_url.rstrip("/"))(environ, start_response)

    def _answer(self, request: Request, issuer: str) -> Response:
        self.asked.append(request.path)
        if request.path in self.broken:
            return Response("<h1>It works!</h1>", mimetype="text/html")
        match request.path:
            case "/.well-known/openid-configuration":
                return _json(self._discovery(issuer) | self.metadata)
            case "/jwks":
                return _json({"keys": [key(self.published).as_dict(private=False)]})
            case "/token":
                return self._token(request, issuer)
            case "/userinfo":
                return _json(_without_none({"sub": "eve"} | self.userinfo))
        return Response("Not found", 404)

    def _discovery(self, issuer: str) -> dict[str, Any]:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        found = {name: issuer + path for name, path in paths.items()}
        return found | {"issuer": issuer, "userinfo_endpoint": issuer + "/userinfo"}

    def _token(self, request: Request, issuer: str) -> Response:
        asked = self.codes.pop(request.form.get("code", ""), None)
        who = request.authorization
        if who is None or (who.username, who.password) != (CLIENT, SECRET):
            return _json({"error": "invalid_client"}, 401)
        if asked is None or not _proves(request.form.get("code_verifier", ""), asked["code_challenge"]):
            return _json({"error": "invalid_grant"}, 400)
        if request.form.get("redirect_uri") != asked["redirect_uri"]:
            return _json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": issuer,
            "sub": "eve",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": "eve@customer.example",
            "email_verified": True,
        }
        id_token = self._sign(_without_none(claims | self.claims))
        return _json({"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": id_token})

    def _sign(self, claims: dict[str, Any]) -> str:
        if self.alg == "none":
            header, body = (base64.urlsafe_b64encode(_text(part)).rstrip(b"=") for part in ({"alg": "none"}, claims))
            return f"{header.decode()}.{body.decode()}."
        if self.alg == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32, "x")), algorithms=["HS256"])
        return jwt.encode({"alg": self.alg, "kid": self.signed_by}, claims, key(self.signed_by))


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def _without_none(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _text(data: Any) -> bytes:
    return json.dumps(data).encode()


def _json(data: Any, status: int = 200) -> Response:
    return Response(_text(data), status, mimetype="application/json")
