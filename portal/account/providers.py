"""How each identity provider does each job of the account page; .github/guides/account-links.md is made from this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# `url` is a template, `authorize` adds its value to a sign-in request, `server` names a call that answers with a URL.
Kind = Literal["url", "authorize", "server"]
# `here`: shown with the vendor's own software in this repository's tests. `fake`: a call that a test server written
# from the vendor's documentation answers. `documentation`: only read. `others`: not even in the documentation, but
# public code of others opens it. Where a vendor has no row, a writer gives a URL.
Proof = Literal["here", "fake", "documentation", "others"]


@dataclass(frozen=True)
class Link:
    """How one provider does one job."""

    kind: Kind
    value: str
    proof: Proof = "documentation"


@dataclass(frozen=True)
class Provider:
    """An identity provider: `signed_out` replaces the rows of `jobs` for visitors who are not signed in."""

    name: str
    jobs: Mapping[str, Link]
    source: str
    at: str = ""  # what `at` must be, empty when the provider needs none
    signed_out: Mapping[str, Link] | None = None
    needs: tuple[str, ...] = ()  # environment of the functions


PROVIDERS: dict[str, Provider] = {
    "keycloak": Provider(
        "Keycloak",
        {
            "password": Link("authorize", "kc_action=UPDATE_PASSWORD"),
            "profile": Link("authorize", "kc_action=UPDATE_PROFILE"),
            "two_factor": Link("authorize", "kc_action=CONFIGURE_TOTP"),
            "delete": Link("authorize", "kc_action=delete_account"),
        },
        "https://www.keycloak.org/docs/latest/server_development/#_action_token_spi",
        at="the realm's address, e.g. https://id.acme.example/realms/acme",
        signed_out={"password": Link("url", "{at}/login-actions/reset-credentials?client_id={client_id}", "others")},
    ),
    "auth0": Provider(
        "Auth0",
        {
            "password": Link("server", "auth0:password", "fake"),
            "two_factor": Link("server", "auth0:enrolment", "fake"),
            "team": Link("server", "auth0:invitation", "fake"),
        },
        "https://auth0.com/docs/api/management/v2",
        signed_out={},
        needs=("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"),
    ),
    "okta": Provider(
        "Okta",
        {
            "password": Link("url", "{at}/enduser/settings", "others"),
            "profile": Link("url", "{at}/enduser/settings", "others"),
            "two_factor": Link("url", "{at}/enduser/settings", "others"),
        },
        "https://help.okta.com/oie/en-us/Content/Topics/identity-engine/enduser/eu-settings.htm",
        at="your organisation's address, e.g. https://acme.okta.com",
        signed_out={"password": Link("url", "{at}/signin/forgot-password")},
    ),
    "cognito": Provider(
        "Amazon Cognito",
        {
            "password": Link(
                "url", "{at}/forgotPassword?client_id={client_id}&response_type=code&scope=openid&redirect_uri={back}"
            ),
        },
        "https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-endpoints.html",
        at="the user pool's domain, e.g. https://acme.auth.eu-central-1.amazoncognito.com",
    ),
    "clerk": Provider(
        "Clerk",
        {
            "password": Link("url", "{at}/user"),
            "profile": Link("url", "{at}/user"),
            "two_factor": Link("url", "{at}/user"),
            "team": Link("url", "{at}/organization"),
            "roles": Link("url", "{at}/organization"),
        },
        "https://clerk.com/docs/customization/account-portal/overview",
        at="the account portal's address, e.g. https://accounts.acme.example",
        signed_out={"password": Link("url", "{at}/sign-in")},
    ),
    "workos": Provider(
        "WorkOS",
        {
            "password": Link("server", "workos:password", "fake"),
            "team": Link("server", "workos:invitation", "fake"),
            "company_sign_in": Link("server", "workos:portal", "fake"),
        },
        "https://workos.com/docs/reference",
        signed_out={},
        needs=("WORKOS_API_KEY", "WORKOS_HOSTS"),
    ),
    "canaille": Provider(
        "Canaille",
        {
            "password": Link("url", "{at}/profile/{user}/auth/password", "here"),
            "profile": Link("url", "{at}/profile/{user}", "here"),
            # Canaille has it with its extra `otp`, which the tests do not install.
            "two_factor": Link("url", "{at}/profile/{user}/auth/otp"),
            "team": Link("url", "{at}/groups/{org}/invite", "here"),
            "roles": Link("url", "{at}/groups/{org}", "here"),
            "delete": Link("url", "{at}/profile/{user}/settings", "here"),
        },
        "https://canaille.readthedocs.io/",
        at="the server's address, e.g. https://id.acme.example",
        signed_out={"password": Link("url", "{at}/reset", "here")},
    ),
}
