"""Every lie of a provider that must not sign anyone in, one at a time."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.app import Portal
from functions.identity import oidc, provider
from functions.services import Services
from functions.settings import read
from tests.conftest import Browser
from tests.functions.conftest import Play
from tests.functions.issuers import CLIENT, Liar, oidc_environ


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # The store's own tests cover both engines; signing in asks nothing special of one.
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def liar() -> Liar:
    return Liar()


@pytest.fixture
def deceived(environ: dict[str, str], liar: Liar, stage: Play) -> Iterator[Browser]:
    """A browser at a portal that trusts the liar."""
    services = Services(read(environ | oidc_environ(stage(liar))))
    services.store.migrate()
    yield Browser(Portal(services))
    services.store.close()


def come_back(browser: Browser, liar: Liar) -> Any:
    return browser.get(liar.authorize(browser.get("/api/signin").location))


def signed_in(browser: Browser) -> bool:
    answer = browser.get("/api/session", headers={"Accept": "application/json"})
    return bool(answer.json["signed_in"])


def test_claims_can_have_other_names_at_the_provider(environ: dict[str, str], liar: Liar, stage: Play):
    names = {"OIDC_CLAIMS": "account=https://acme.example/org,plan=tier"}
    liar.claims = {"https://acme.example/org": "org_7", "tier": "Gold"}
    services = Services(read(environ | oidc_environ(stage(liar)) | names))
    services.store.migrate()
    come_back(Browser(Portal(services)), liar)
    row = services.store.one("select requester, claims from session") or {}
    services.store.close()

    assert '"account": "org_7"' in row["requester"]
    assert row["claims"] == '{"plan": "Gold"}'


@pytest.mark.parametrize(
    "email",
    [
        "grüße@customer.example",
        "用户@customer.example",
        "eve@localhost",
        "eve@intranet",
        "eve@10.0.0.7",
        "Eve <eve@customer.example>",
        "eve@customer.example, bob@customer.example",
        "eve.@customer.example",
        "@customer.example",
    ],
)
def test_an_address_that_cannot_be_mailed_is_named_as_the_reason(deceived: Browser, liar: Liar, email: str):
    liar.claims = {"email": email}
    answer = come_back(deceived, liar)

    assert answer.status_code == 400
    assert "send email to your account&#39;s address" in answer.text
    assert not signed_in(deceived)


def test_an_honest_answer_of_the_strict_provider_signs_in(deceived: Browser, liar: Liar):
    assert come_back(deceived, liar).status_code == 303
    assert signed_in(deceived)


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": ["another-client", "third"]}},
        {"claims": {"aud": "another-client", "azp": CLIENT}},
        {"claims": {"aud": None}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"iss": None}},
        {"claims": {"exp": 1_700_000_000}},
        {"claims": {"exp": None}},
        {"claims": {"iat": 4_000_000_000}},
        {"claims": {"azp": "another-client"}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"claims": {"email": None}},
        {"claims": {"email_verified": False}},
        {"claims": {"email_verified": "yes"}},
        {"claims": {"email": "eve@customer.example, all@customer.example"}},
        {"claims": {"email": "Eve <eve@customer.example>"}},
        {"claims": {"email": "eve@customer.example\r\nBcc: all@customer.example"}},
        # Characters that nobody sees are left out before an address is kept, and so would make one of two.
        {"claims": {"email": "ad\u200ba@customer.example"}},
        {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "HS256 with the public key"},
        {"signed_by": "another"},
        {"userinfo": {"sub": "another"}},
        {"userinfo": {"sub": None}},
        {"userinfo": {"email": "admin@acme.example"}},
    ],
    ids=str,
)
def test_a_lie_signs_nobody_in(lie: dict[str, Any], deceived: Browser, liar: Liar):
    for name, value in lie.items():
        setattr(liar, name, value)
    answer = come_back(deceived, liar)

    assert answer.status_code == 400
    assert "portal=" not in answer.headers.get("Set-Cookie", "")
    assert not signed_in(deceived)


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", "mail:0123456789abcdef"),
        ("sub", "unverified:0123456789abcdef"),
        ("sub", "eve\u200b"),
        ("account", "acme\u200b"),
        ("account", " acme"),
        ("account", "ac\x00me"),
    ],
)
def test_nobody_passes_for_another(deceived: Browser, liar: Liar, claim: str, value: str):
    # Characters that are left out before a name is kept would make one customer, or one organisation, of two.
    liar.claims[claim] = value
    liar.userinfo |= {"sub": liar.claims.get("sub", "eve")}

    assert come_back(deceived, liar).status_code == 400
    assert not signed_in(deceived)


@pytest.mark.parametrize("scopes", [7, [1, 2], {"a": 1}, True, None])
def test_scopes_that_are_no_words_are_none_and_no_error(deceived: Browser, liar: Liar, scopes: Any):
    liar.claims["scopes"] = scopes

    assert come_back(deceived, liar).status_code == 303
    assert signed_in(deceived)


def test_the_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere(deceived: Browser, liar: Liar):
    path = liar.authorize(deceived.get("/api/signin").location)
    answer = deceived.get(path + "&iss=https%3A%2F%2Fevil.example")

    assert answer.status_code == 400
    assert "/token" not in liar.asked


def test_a_promised_issuer_must_be_in_the_answer(deceived: Browser, liar: Liar):
    liar.metadata = {"authorization_response_iss_parameter_supported": True}

    assert come_back(deceived, liar).status_code == 400


def test_a_customer_who_declines_is_not_signed_in(deceived: Browser):
    asked = parse_qs(urlsplit(deceived.get("/api/signin").location).query)
    answer = deceived.get("/api/signin/callback", query_string={"error": "access_denied", "state": asked["state"][0]})

    assert answer.status_code == 400
    assert "You weren&#39;t signed in." in answer.text


def test_a_key_that_was_rotated_since_the_last_sign_in_is_known(deceived: Browser, liar: Liar):
    come_back(deceived, liar)
    deceived.post("/api/signout")
    liar.signed_by = liar.published = "second"

    assert come_back(deceived, liar).status_code == 303


def test_a_clock_that_is_half_a_minute_off_is_forgiven(deceived: Browser, liar: Liar):
    liar.claims = {"exp": int(time.time()) - 30}

    assert come_back(deceived, liar).status_code == 303


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
def test_a_provider_that_answers_garbage_is_said_to_be_unreachable(path: str, deceived: Browser, liar: Liar):
    if path == "/.well-known/openid-configuration":
        liar.broken.add(path)
        answer = deceived.get("/api/signin?return=/my/billing/")
    else:
        there = liar.authorize(deceived.get("/api/signin?return=/my/billing/").location)
        liar.broken.add(path)
        answer = deceived.get(there)

    assert answer.status_code == 503
    assert "sign in right now" in answer.text
    assert "support@acme.example" in answer.text
    assert 'href="/status/"' in answer.text
    assert "return=%2Fmy%2Fbilling%2F" in answer.text


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
def test_a_provider_that_does_not_answer_in_time_is_not_waited_for(
    path: str, deceived: Browser, liar: Liar, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(provider, "TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(oidc, "TIMEOUT_SECONDS", 0.2)
    there = "/api/signin" if path.endswith("configuration") else liar.authorize(deceived.get("/api/signin").location)
    liar.slow.add(path)
    answer = deceived.get(there)
    liar.hurry.set()

    assert answer.status_code == 503
    assert "sign in right now" in answer.text
    assert not signed_in(deceived)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"token_endpoint": None},
        {"jwks_uri": ["x"]},
    ],
    ids=str,
)
def test_a_discovery_document_that_cannot_be_trusted_leads_nowhere(
    metadata: dict[str, Any], deceived: Browser, liar: Liar
):
    liar.metadata = metadata

    assert deceived.get("/api/signin").status_code == 503


def test_the_discovery_document_is_fetched_once(deceived: Browser, liar: Liar):
    deceived.get("/api/signin")
    deceived.get("/api/signin")

    assert liar.asked.count("/.well-known/openid-configuration") == 1


def test_only_public_keys_are_allowed_to_sign():
    # The library refuses a public key as a secret as well; this is the first of the two walls.
    assert not {name for name in provider.ALGORITHMS if name == "none" or name.startswith("HS")}
