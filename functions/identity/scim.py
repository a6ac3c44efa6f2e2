"""Profile and team edits inside the portal, for products that speak SCIM 2.0 (RFC 7643 and 7644).

Whose profile and which team is looked up from the session's claims each time; a form never names either.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests

from functions.errors import Kind, Problem, SettingsError, VendorError
from functions.settings import Settings
from portal.urls import is_safe, why_unsafe

if TYPE_CHECKING:
    from portal.models import Requester

TYPE = "application/scim+json"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
TIMEOUT_SECONDS = (3.05, 8)
# What a customer may change of themselves, by the name of its field in the form; nothing else is ever sent.
ATTRIBUTES = {
    "display_name": "displayName",
    "given_name": "name.givenName",
    "family_name": "name.familyName",
    "phone": "phoneNumbers",
    "locale": "locale",
    "timezone": "timezone",
}
NAMED_AT_MOST = 50
PHONE = 'phoneNumbers[type eq "work"]'
MATCHES = {"user": ("externalId", "id", "userName"), "group": ("displayName", "externalId", "id")}
KINDS: dict[int, Kind] = {401: "authentication", 403: "authentication", 404: "not_found", 429: "rate_limited"}
DOWN = "Your account is temporarily unavailable. Nothing was changed. Try again in a few minutes."
REFUSED = "We couldn't make this change."
# The words of RFC 7644, table 9, for a customer; the server's own `detail` may name other people and is not shown.
WORDS = {
    "invalidValue": "One of the values wasn't accepted. Check them and save again.",
    "mutability": "One of these can't be changed here.",
    "uniqueness": "Someone else is already using this.",
    "tooMany": "That was too much at once. Change one thing and save again.",
}
STALE = "Someone else changed this in the meantime, so nothing was saved. Check the current values and try again."


@dataclass(frozen=True)
class Profile:
    """The customer's profile; `version` is the server's, empty when it keeps none."""

    id: str
    version: str
    values: dict[str, str]


@dataclass(frozen=True)
class Member:
    """A member of the team."""

    id: str
    name: str


@dataclass(frozen=True)
class Team:
    """The group of the customer's account."""

    id: str
    name: str
    version: str
    members: list[Member] = field(default_factory=list)


def connect(settings: Settings) -> "Scim":
    """The SCIM server of SCIM_URL; raises SettingsError that lists what is wrong."""
    get = settings.environ.get
    url, token = get("SCIM_URL", "").strip().rstrip("/"), get("SCIM_TOKEN", "").strip()
    match = {what: get(f"SCIM_{what.upper()}", "").strip() or names[0] for what, names in MATCHES.items()}
    faults = [
        f"SCIM_{what.upper()}={match[what]!r} is not one of: {', '.join(names)}."
        for what, names in MATCHES.items()
        if match[what] not in names
    ]
    if not is_safe(url):
        faults.append(f"SCIM_URL={url!r} {why_unsafe(url)}.")
    if not token:
        faults.append("Set SCIM_TOKEN: the bearer token for SCIM_URL.")
    if faults:
        raise SettingsError("\n".join(faults))
    return Scim(url, token, match["user"], match["group"])


class Scim:
    """One server; every method raises VendorError, and Problem 409 when the data was changed meanwhile."""

    def __init__(self, url: str, token: str, user_match: str, group_match: str) -> None:
        self._url = url
        self._token = token
        self._match = {"Users": user_match, "Groups": group_match}

    def check(self) -> list[str]:
        """Ask for one user, and find no fault when the server answers with a list; raises VendorError."""
        return [] if "Resources" in _data(self._ask("GET", "/Users?count=1")) else ["it answers with no list of users"]

    def profile(self, requester: "Requester") -> Profile:
        """The customer's profile."""
        data = self._own_user(requester)
        return Profile(data["id"], _version(data), {name: _read(data, path) for name, path in ATTRIBUTES.items()})

    def update(self, requester: "Requester", values: Mapping[str, str], version: str) -> bool:
        """Change the values of the customer's profile that are in ATTRIBUTES and differ; False when none do."""
        profile = self.profile(requester)
        # Not every server looks at If-Match, so the page's version is compared here as well.
        if version and profile.version and version != profile.version:
            raise Problem(409, STALE)
        changes = {
            name: value.strip()
            for name, value in values.items()
            if name in ATTRIBUTES and value.strip() != profile.values[name]
        }
        if not changes:
            return False
        operations = [_operation(name, value, profile.values[name]) for name, value in changes.items()]
        self._patch("Users", profile.id, operations, profile.version)
        return True

    def named(self, team: Team) -> Team:
        """The team with a name for each of its first members, which many servers keep with the user only."""
        members = [
            Member(one.id, self._name(one.id)) if one.name == one.id and number < NAMED_AT_MOST else one
            for number, one in enumerate(team.members)
        ]
        return replace(team, members=members)

    def _name(self, id: str) -> str:
        response = self._ask("GET", f"/Users/{quote(id, safe='')}?attributes=displayName,userName")
        data = {} if response.status_code == 404 else _data(response)
        return str(data.get("displayName") or data.get("userName") or id)

    def team(self, requester: "Requester") -> Team | None:
        """The group whose name or id is the customer's account claim, or None."""
        data = self._find("Groups", requester.account) if requester.account else None
        if data is None:
            return None
        members = [
            Member(str(one["value"]), str(one.get("display") or one["value"]))
            for one in data.get("members") or []
            if one.get("value")
        ]
        return Team(data["id"], str(data.get("displayName") or ""), _version(data), members)

    def invite(self, requester: "Requester", address: str) -> None:
        """Create a user with this address on the customer's team. An address that has an account already is left
        alone: its owner was not asked. The answer is the same, but the team's list then lacks it: an
        account's own admins can tell, 30 addresses in ten minutes."""
        team = self._own_team(requester)
        body = {
            "schemas": [USER],
            "userName": address,
            "emails": [{"value": address, "primary": True, "type": "work"}],
            "active": True,
        }
        response = self._ask("POST", "/Users", body)
        if response.status_code == 409:
            return
        created = _data(response)
        self._patch("Groups", team.id, [{"op": "add", "path": "members", "value": [{"value": created["id"]}]}], "")

    def remove(self, requester: "Requester", member_id: str) -> None:
        """Remove a member from the customer's team; the account itself stays."""
        team = self._own_team(requester)
        own = self._own_user(requester)["id"]
        if member_id not in {member.id for member in team.members}:
            raise Problem(404, "This person is no longer on your team.")
        if member_id == own:
            raise Problem(422, "You can't remove yourself. Ask another admin of your team.")
        self._patch(
            "Groups", team.id, [{"op": "remove", "path": f"members[value eq {_quoted(member_id)}]"}], team.version
        )

    def _own_user(self, requester: "Requester") -> dict[str, Any]:
        by_name = self._match["Users"] == "userName"
        data = self._find("Users", requester.email if by_name else requester.subject)
        if data is None:
            raise VendorError("You don't have a profile yet.", "not_found", detail="no such SCIM user")
        return data

    def _own_team(self, requester: "Requester") -> Team:
        team = self.team(requester)
        if team is None:
            raise VendorError("You don't have a team yet.", "not_found", detail="no such SCIM group")
        return team

    def _find(self, kind: str, value: str) -> dict[str, Any] | None:
        """The one resource whose matching attribute is `value`; compared again, as servers may ignore filters."""
        name = self._match[kind]
        if name == "id":
            response = self._ask("GET", f"/{kind}/{quote(value, safe='')}")
            found = [] if response.status_code == 404 else [_data(response)]
        else:
            query = quote(f"{name} eq {_quoted(value)}", safe="")
            listed = _data(self._ask("GET", f"/{kind}?filter={query}&count=10")).get("Resources") or []
            found = [one for one in listed if isinstance(one, dict)]
        # RFC 7643 compares userName without case. Everything else must be exact: "acme" is not the team "Acme".
        same = [one for one in found if _same(str(one.get(name, "")), value, exact=name != "userName")]
        if len(same) > 1:
            raise VendorError(DOWN, "rejected", detail=f"{len(same)} SCIM {kind} match")
        if not same or not isinstance(same[0].get("id"), str):
            return None
        return same[0]

    def _patch(self, kind: str, id: str, operations: list[dict[str, Any]], version: str) -> None:
        body = {"schemas": [PATCH], "Operations": operations}
        headers = {"If-Match": version} if version else {}
        response = self._ask("PATCH", f"/{kind}/{quote(id, safe='')}", body, headers)
        if response.status_code == 412:
            raise Problem(409, STALE)
        # 200 with the resource, or 204 with nothing; the next page reads it again in any case.
        _data(response)

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        sent = {"Authorization": f"Bearer {self._token}", "Accept": TYPE, "Content-Type": TYPE} | dict(headers or {})
        try:
            return requests.request(
                method,
                self._url + path,
                data=json.dumps(body) if body is not None else None,
                headers=sent,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # The cause would name the address, and with it whose account this is.
            raise VendorError(DOWN, detail=f"SCIM: {type(error).__name__}") from None


def _data(response: requests.Response) -> dict[str, Any]:
    """The JSON of a successful answer; raises VendorError in words that a customer can use."""
    status = response.status_code
    try:
        data = response.json() if response.content else {}
    except ValueError:
        data = None
    if status in (200, 201, 204) and isinstance(data, dict):
        return data
    what = str(data.get("scimType") or "") if isinstance(data, dict) else ""
    place = f"SCIM {urlsplit(response.url).path.rsplit('/', 2)[-2]}: {status} {what}"
    if status in KINDS:
        after = response.headers.get("Retry-After", "") if status == 429 else ""
        raise VendorError(DOWN, KINDS[status], detail=place, retry_after=int(after) if after.isdecimal() else None)
    if 400 <= status < 500:
        raise VendorError(WORDS.get(what, REFUSED), "rejected", detail=place)
    raise VendorError(DOWN, detail=place)


def _operation(name: str, value: str, before: str) -> dict[str, Any]:
    path = ATTRIBUTES[name]
    if name == "phone":
        if not value:
            return {"op": "remove", "path": PHONE}
        if before:
            return {"op": "replace", "path": f"{PHONE}.value", "value": value}
        return {"op": "add", "path": "phoneNumbers", "value": [{"value": value, "type": "work"}]}
    return {"op": "replace", "path": path, "value": value} if value else {"op": "remove", "path": path}


def _read(data: Mapping[str, Any], path: str) -> str:
    if path == "phoneNumbers":
        numbers = [one for one in data.get(path) or [] if one.get("type") == "work"]
        return str(numbers[0].get("value") or "") if numbers else ""
    first, _, second = path.partition(".")
    value = data.get(first)
    if second:
        value = value.get(second) if isinstance(value, Mapping) else None
    return str(value or "")


def _version(data: Mapping[str, Any]) -> str:
    return str((data.get("meta") or {}).get("version") or "")


def _same(one: str, other: str, exact: bool) -> bool:
    if exact or not (one.isascii() and other.isascii()):
        # Outside ASCII, letters of different addresses become the same by folding.
        return one == other
    return one.lower() == other.lower()


def _quoted(value: str) -> str:
    """A string of a SCIM filter: RFC 7644 takes JSON's."""
    return json.dumps(value)
