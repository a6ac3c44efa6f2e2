"""Calls that Auth0 and WorkOS need before they show a customer a page: tickets, invitations, portal links.

https://auth0.com/docs/api/management/v2, https://workos.com/docs/reference
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests

from functions.errors import Kind, SettingsError, VendorError
from functions.settings import Settings
from portal.urls import ascii_host, is_local

if TYPE_CHECKING:
    from portal.models import Requester

WORKOS_API = "https://api.workos.com"
TIMEOUT_SECONDS = (3.05, 8)
# A ticket is a credential: it lives as long as a customer needs to follow one redirect and type.
TICKET_SECONDS = 900
KINDS: dict[int, Kind] = {401: "authentication", 403: "authentication", 404: "not_found", 429: "rate_limited"}
DOWN = "Your account is temporarily unavailable. Try again in a few minutes."
UNSURE = "We couldn't confirm that the invitation was sent. Check your team before you send it again."
REFUSED = "We couldn't make this change. Check what you entered, or contact support."


@dataclass(frozen=True)
class Asked:
    """Input of a call: the session's requester, the address to return to, and the typed address of an invitation."""

    requester: "Requester"
    back: str
    invitee: str = ""


class Auth0:
    """The Management API with a token of its own client."""

    def __init__(self, domain: str, client_id: str, secret: str, app_client: str) -> None:
        self._api = f"{'http' if is_local('//' + domain) else 'https'}://{domain}"
        self._client = (client_id, secret)
        self._app_client = app_client
        self._token = ("", 0.0)
        self.hosts = {domain}

    def password(self, asked: Asked) -> str:
        """The address of a page that sets a new password."""
        body = {"user_id": asked.requester.subject, "result_url": asked.back, "ttl_sec": TICKET_SECONDS}
        return str(self._call("/api/v2/tickets/password-change", body)["ticket"])

    def enrolment(self, asked: Asked) -> str:
        """The address of a page that sets up a second step."""
        body = {"user_id": asked.requester.subject, "send_mail": False}
        return str(self._call("/api/v2/guardian/enrollments/ticket", body)["ticket_url"])

    def invitation(self, asked: Asked) -> str:
        """Invite a colleague to the asker's own organisation; Auth0 sends the mail, so there is no page."""
        body = {
            "inviter": {"name": asked.requester.name or asked.requester.email},
            "invitee": {"email": asked.invitee},
            "client_id": self._app_client,
            "send_invitation_email": True,
        }
        self._call(f"/api/v2/organizations/{quote(_account(asked), safe='')}/invitations", body, UNSURE)
        return ""

    def _call(self, path: str, body: Mapping[str, Any], unsure: str = DOWN) -> dict[str, Any]:
        try:
            return _post(self._api + path, body, self._bearer(), unsure)
        except VendorError as error:
            if error.kind != "authentication":
                raise
        # The token may have been revoked before its time: one new one, then it is final.
        self._token = ("", 0.0)
        return _post(self._api + path, body, self._bearer(), unsure)

    def _bearer(self) -> str:
        token, until = self._token
        if time.monotonic() >= until:
            client_id, secret = self._client
            grant = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
            answer = _post(f"{self._api}/oauth/token", grant | {"audience": f"{self._api}/api/v2/"}, "")
            seconds = answer.get("expires_in")
            token = str(answer["access_token"])
            self._token = (token, time.monotonic() + (seconds if isinstance(seconds, int) else 0) - 60)
        return token


class WorkOS:
    """User Management and the Admin Portal with the environment's key."""

    def __init__(self, api: str, key: str, hosts: set[str]) -> None:
        self._api = api
        self._key = key
        self.hosts = hosts

    def password(self, asked: Asked) -> str:
        """The address of a page that sets a new password for the verified address of the session."""
        answer = self._call("/user_management/password_reset", {"email": asked.requester.email})
        return str(answer["password_reset_url"])

    def invitation(self, asked: Asked) -> str:
        """Invite a colleague to the asker's own organisation; WorkOS sends the mail, so there is no page."""
        body = {
            "email": asked.invitee,
            "organization_id": _account(asked),
            "inviter_user_id": asked.requester.subject,
        }
        self._call("/user_management/invitations", body, UNSURE)
        return ""

    def portal(self, asked: Asked) -> str:
        """The address of the Admin Portal, good for five minutes, where a company connects its own sign-in."""
        body = {"organization": _account(asked), "intent": "sso", "return_url": asked.back}
        return str(self._call("/portal/generate_link", body)["link"])

    def _call(self, path: str, body: Mapping[str, Any], unsure: str = DOWN) -> dict[str, Any]:
        return _post(self._api + path, body, self._key, unsure)


def connect(settings: Settings, vendor: str) -> Auth0 | WorkOS:
    """The vendor of a `server` row; raises SettingsError that lists what the environment lacks."""
    if vendor == "auth0":
        domain, client_id, secret = _need(settings, "AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET")
        host = ascii_host(domain)
        if host is None:
            raise SettingsError(f"AUTH0_DOMAIN={domain!r} is not a host; write it as in https://HOST/.")
        auth0 = Auth0(host, client_id, secret, _get(settings, "AUTH0_APP_CLIENT_ID") or settings.oidc_client_id)
        auth0.hosts |= _words(_get(settings, "AUTH0_HOSTS"))
        return auth0
    key, hosts = _need(settings, "WORKOS_API_KEY", "WORKOS_HOSTS")
    api = _get(settings, "WORKOS_API").rstrip("/") or WORKOS_API
    if api != WORKOS_API and not is_local(api):
        raise SettingsError(f"WORKOS_API={api!r} is not on loopback; leave it out to use {WORKOS_API}.")
    return WorkOS(api, key, _words(hosts))


def _account(asked: Asked) -> str:
    if not asked.requester.account:
        raise VendorError("You don't have a team to invite people to yet.", "rejected")
    return asked.requester.account


def _post(url: str, body: Mapping[str, Any], token: str, unsure: str = DOWN) -> dict[str, Any]:
    """The JSON answer to a JSON request; raises VendorError, whose detail names the path without its query."""
    path = urlsplit(url).path.rpartition("/")[2]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        response = requests.post(url, json=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise VendorError(unsure, detail=f"no answer from {path}: {type(error).__name__}") from None
    status = response.status_code
    if status >= 500 or 300 <= status < 400:
        raise VendorError(unsure, detail=f"{path} answered {status}")
    if status >= 400:
        kind = KINDS.get(status, "rejected")
        after = response.headers.get("Retry-After", "") if status == 429 else ""
        raise VendorError(
            REFUSED if kind == "rejected" else DOWN,
            kind,
            detail=f"{path} answered {status}",
            retry_after=int(after) if after.isdecimal() else None,
        )
    try:
        data = response.json()
    except ValueError:
        raise VendorError(unsure, detail=f"{path} answered no JSON") from None
    return _Answer(data if isinstance(data, dict) else {}, path)


class _Answer(dict[str, Any]):
    """A vendor's JSON object; a field that is not there is the vendor's failure."""

    def __init__(self, data: dict[str, Any], path: str) -> None:
        super().__init__(data)
        self._path = path

    def __missing__(self, name: str) -> Any:
        raise VendorError(DOWN, detail=f"{self._path} answered without {name}")


def _need(settings: Settings, *names: str) -> list[str]:
    missing = [name for name in names if not _get(settings, name)]
    if missing:
        raise SettingsError(f"Set {', '.join(missing)} in the functions' environment: extra.portal.account needs them.")
    return [_get(settings, name) for name in names]


def _get(settings: Settings, name: str) -> str:
    return settings.environ.get(name, "").strip()


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",") if word.strip()}
