"""Profile and team inside the portal, at a SCIM server from PyPI that nobody here wrote, and at one that misbehaves."""

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug import Request, Response

from demo import server
from functions.app import Portal
from functions.errors import SettingsError, VendorError
from functions.identity import scim
from functions.services import Services
from functions.settings import read
from portal.models import Requester
from tests.conftest import ADA, BEN, Browser
from tests.functions.conftest import Play

TOKEN = "scim-test-token"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


def scim2_server() -> Any:
    """The WSGI application that the `scim2-server` command serves, empty and with a bearer token."""
    from scim2_server.memory import InMemoryStorage
    from scim2_server.service import ScimService
    from scim2_server.testserver.application import BearerTokenApplication

    provider = scim2_provider()
    return BearerTokenApplication(InMemoryStorage(), provider, ScimService(provider, secret="x" * 32), [TOKEN])


@cache
def scim2_provider() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' own
        from scim2_models import ScimProvider
        from scim2_server import utils

    return ScimProvider.from_discovery(
        utils.load_default_schemas().values(),
        utils.load_default_resource_types().values(),
        config=utils.load_default_service_provider_config(),
    )


@dataclass
class Product:
    """The server and what a test looks up there."""

    url: str
    ids: dict[str, str] = field(default_factory=dict)

    def create(self, kind: str, name: str, **fields: Any) -> str:
        body = {"schemas": [SCHEMA + kind.removesuffix("s")], **fields}
        answer = requests.post(f"{self.url}/{kind}", data=json.dumps(body), headers=HEADERS, timeout=5)
        assert answer.status_code == 201, answer.text
        self.ids[name] = answer.json()["id"]
        return self.ids[name]

    def read(self, kind: str, name: str) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/{kind}/{self.ids[name]}", headers=HEADERS, timeout=5)
        found: dict[str, Any] = answer.json()
        return found

    def members(self, name: str) -> set[str]:
        return {member["value"] for member in self.read("Groups", name).get("members", [])}


@pytest.fixture
def product() -> Iterator[Product]:
    with server.running(scim2_server()) as origin:
        product = Product(f"{origin}/v2")
        people = (("ada", ADA, "Ada Byron"), ("ben", BEN, "Ben Okafor"), ("eve", None, "Eve"))
        for name, who, shown in people:
            ids = {"userName": who.email, "externalId": who.subject} if who else {"userName": "eve@other.example"}
            product.create("Users", name, displayName=shown, active=True, **ids)
        own = [{"value": product.ids["ada"]}, {"value": product.ids["ben"]}]
        product.create("Groups", "customer", displayName="customer", members=own)
        product.create("Groups", "other", displayName="Customer", members=[{"value": product.ids["eve"]}])
        yield product


@pytest.fixture
def environ(environ: dict[str, str], product: Product) -> dict[str, str]:
    return environ | {"SCIM_URL": product.url, "SCIM_TOKEN": TOKEN}


def post(browser: Browser, job: str, **form: str) -> Any:
    return browser.post("/api/account", data={"job": job, **form})


def version(page: str) -> str:
    return page.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')


def test_the_doctor_finds_a_server_well_and_names_a_token_that_it_refuses(environ: dict[str, str], services: Services):
    assert scim.connect(services.settings).check() == []
    with pytest.raises(VendorError) as refused:
        scim.connect(read(environ | {"SCIM_TOKEN": "another"})).check()

    assert (refused.value.kind, refused.value.detail) == ("authentication", "SCIM v2: 401 ")


def test_the_real_server_refuses_who_has_no_token(product: Product):
    assert requests.get(f"{product.url}/Users", timeout=5).status_code == 401


def test_a_profile_is_changed_in_the_portal_and_read_again(
    browser: Browser, product: Product, sign_in: Callable[..., None]
):
    sign_in(browser)
    page = browser.get("/my/account/profile/").text
    form = {"display_name": "Ada B.", "given_name": "Ada", "family_name": "Byron", "phone": "+44 1", "locale": "en-GB"}
    answer = post(browser, "save_profile", version=version(page), **form)
    after = browser.get(answer.location).text
    data = product.read("Users", "ada")

    assert 'value="Ada Byron"' in page
    assert answer.location == "/my/account/profile/?saved=1"
    assert 'value="Ada B."' in after
    assert data["name"] == {"givenName": "Ada", "familyName": "Byron"}
    assert data["phoneNumbers"] == [{"value": "+44 1", "type": "work"}]
    assert data["locale"] == "en-GB"


def test_a_value_can_be_changed_again_and_taken_away(browser: Browser, product: Product, sign_in: Callable[..., None]):
    sign_in(browser)
    for phone in ("+44 1", "+44 2", ""):
        assert post(browser, "save_profile", phone=phone).location.endswith("?saved=1")
        numbers = product.read("Users", "ada").get("phoneNumbers", [])
        assert [number["value"] for number in numbers] == ([phone] if phone else [])

    assert post(browser, "save_profile", phone="").location.endswith("?saved=0")


def test_only_what_is_on_the_list_is_ever_sent(browser: Browser, product: Product, sign_in: Callable[..., None]):
    sign_in(browser)
    before = product.read("Users", "ada")
    forbidden = {"userName": "root", "active": "false", "roles": "admin", "emails": "eve@evil.example", "title": "CEO"}
    post(browser, "save_profile", **forbidden, **{"name.givenName": "x", "externalId": "sub-ben", "id": "1"})

    assert product.read("Users", "ada") == before


def test_only_ones_own_profile_is_ever_changed(browser: Browser, product: Product, sign_in: Callable[..., None]):
    sign_in(browser, BEN)
    named = {"id": product.ids["ada"], "user": product.ids["ada"], "externalId": "sub-ada", "userName": ADA.email}
    browser.post(f"/api/account?id={product.ids['ada']}", data={"job": "save_profile", "display_name": "Mine", **named})

    assert product.read("Users", "ada")["displayName"] == "Ada Byron"
    assert product.read("Users", "ben")["displayName"] == "Mine"


def test_who_was_slower_is_told_and_overwrites_nothing(
    browser: Browser, product: Product, sign_in: Callable[..., None]
):
    sign_in(browser)
    old = version(browser.get("/my/account/profile/").text)
    post(browser, "save_profile", version=old, display_name="First")
    answer = post(browser, "save_profile", version=old, display_name="Second")

    assert old
    assert answer.status_code == 409
    assert "Someone else changed this in the meantime" in answer.text
    assert product.read("Users", "ada")["displayName"] == "First"


def test_the_server_itself_refuses_an_old_version(product: Product):
    client = scim.Scim(product.url, TOKEN, "externalId", "displayName")
    profile = client.profile(ADA)
    client.update(ADA, {"display_name": "First"}, profile.version)

    with pytest.raises(scim.Problem) as caught:
        client._patch("Users", profile.id, [{"op": "replace", "path": "displayName", "value": "x"}], profile.version)
    assert caught.value.status == 409


def test_an_admin_invites_and_removes(browser: Browser, product: Product, sign_in: Callable[..., None]):
    sign_in(browser, role="owner")
    page = browser.get("/my/account/team/").text
    invited = post(browser, "invite", invitee="cy@customer.example")
    after = browser.get(invited.location).text
    removed = post(browser, "remove_member", member=product.ids["ben"])

    assert "2 members" in page
    assert "Ada Byron (you)" in page
    assert "cy@customer.example" in after
    assert removed.status_code == 303
    assert len(product.members("customer")) == 2
    assert product.ids["ben"] not in product.members("customer")


@pytest.mark.parametrize(
    "claims", [{"role": "member"}, {}, {"billing_admin": True}, {"role": "owner", "level": "address"}]
)
def test_a_team_is_for_account_admins_only(
    browser: Browser, product: Product, sign_in: Callable[..., None], claims: dict[str, Any]
):
    sign_in(browser, **claims)
    answers = [
        browser.get("/my/account/team/"),
        post(browser, "invite", invitee="cy@customer.example"),
        post(browser, "remove_member", member=product.ids["ben"]),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert product.members("customer") == {product.ids["ada"], product.ids["ben"]}


def test_an_admin_of_one_team_touches_no_other(browser: Browser, product: Product, sign_in: Callable[..., None]):
    sign_in(browser, role="owner")
    answer = post(browser, "remove_member", member=product.ids["eve"], group=product.ids["other"])
    post(browser, "invite", invitee="cy@customer.example", group=product.ids["other"], team="Customer")

    assert answer.status_code == 404
    # "Customer" is another team than "customer", though the server's filter finds both.
    assert product.members("other") == {product.ids["eve"]}


def test_who_shares_a_domain_but_has_no_account_claim_has_no_team(
    browser: Browser, product: Product, sign_in: Callable[..., None]
):
    sign_in(browser, Requester("sub-cy", "cy@customer.example", "Cy", None), role="owner")

    assert "You don't have a team yet." in browser.get("/my/account/team/").text
    assert post(browser, "invite", invitee="x@customer.example").status_code == 404


def test_an_address_that_has_an_account_is_left_alone_and_the_answer_is_the_same(
    browser: Browser, product: Product, sign_in: Callable[..., None]
):
    sign_in(browser, role="owner")
    known = post(browser, "invite", invitee="eve@other.example")
    unknown = post(browser, "invite", invitee="new@other.example")

    assert known.location == unknown.location
    assert product.ids["eve"] not in product.members("customer")


def test_nobody_removes_themselves(browser: Browser, product: Product, sign_in: Callable[..., None]):
    sign_in(browser, role="owner")

    assert post(browser, "remove_member", member=product.ids["ada"]).status_code == 422
    assert product.ids["ada"] in product.members("customer")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "no",
        "a@b",
        "a@b.c\r\nBcc: x@y.z",
        "a b@c.de",
        "<a@b.cd>",
        "a@" + "b" * 260 + ".de",
        "ä@customer.example",
        "a@10.0.0.10",
        "a@\N{SNOWMAN}.example",
        "a..b@customer.example",
    ],
)
def test_what_is_no_address_is_not_invited(
    browser: Browser, product: Product, sign_in: Callable[..., None], typed: str
):
    sign_in(browser, role="owner")

    assert post(browser, "invite", invitee=typed).status_code == 422


def test_somebody_whom_the_product_does_not_know_is_told_so(browser: Browser, sign_in: Callable[..., None]):
    sign_in(browser, Requester("nobody", "no@customer.example", "No", "customer"))
    answer = browser.get("/my/account/profile/")

    assert answer.status_code == 404
    assert "You don&#39;t have a profile yet." in answer.text


def test_quotes_are_part_of_the_value(product: Product):
    client = scim.Scim(product.url, TOKEN, "externalId", "displayName")
    odd = 'x" or externalId eq "sub-ada'
    own = product.create("Users", "odd", userName="odd@x.example", externalId=odd)

    assert client.profile(Requester(odd, "odd@x.example")).id == own


def test_only_what_is_on_the_list_is_changed_whoever_calls(product: Product):
    client = scim.Scim(product.url, TOKEN, "externalId", "displayName")

    assert client.update(ADA, {"userName": "root", "title": "CEO"}, "") is False


@pytest.mark.parametrize("match", ["externalId", "id", "userName"])
def test_people_are_found_by_what_the_operator_chose(product: Product, match: str):
    subject = {"externalId": "sub-ada", "id": product.ids["ada"], "userName": "anything"}[match]
    client = scim.Scim(product.url, TOKEN, match, "displayName")

    assert client.profile(Requester(subject, ADA.email)).id == product.ids["ada"]


def test_without_scim_there_are_no_such_pages(environ: dict[str, str], sign_in: Callable[..., None]):
    services = Services(read(environ | {"SCIM_URL": ""}))
    services.store.migrate()
    browser = Browser(Portal(services))
    sign_in(browser, role="owner")
    pages = [browser.get("/my/account/profile/"), post(browser, "save_profile", display_name="x")]
    services.store.close()

    assert [page.status_code for page in pages] == [404, 404]


def test_wrong_settings_are_listed_at_once(environ: dict[str, str]):
    wrong = {"SCIM_URL": "http://scim.acme.example", "SCIM_TOKEN": "", "SCIM_USER": "email"}

    with pytest.raises(SettingsError) as caught:
        scim.connect(read(environ | wrong))
    for part in ("SCIM_URL='http://scim.acme.example'", "Set SCIM_TOKEN", "SCIM_USER='email'"):
        assert part in str(caught.value)


# A server that misbehaves


@dataclass
class Moody:
    """Answers every request with one status and body; a GET works unless `everything`."""

    status: int
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    everything: bool = False
    found: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.method == "GET" and not self.everything:
            body: Any = json.dumps({"Resources": self.found}).encode()
            return Response(body, 200, mimetype="application/scim+json")(environ, start_response)
        return Response(self.body, self.status, self.headers)(environ, start_response)


OWN = {"id": "1", "externalId": "sub-ada", "displayName": "Ada"}


def change(moody: Moody) -> None:
    with server.running(moody) as origin:
        scim.Scim(origin, TOKEN, "externalId", "displayName").update(ADA, {"display_name": "New"}, "")


@pytest.mark.parametrize(
    ("status", "scim_type", "kind", "words"),
    [
        (400, "invalidValue", "rejected", "One of the values wasn"),
        (400, "mutability", "rejected", "One of these can"),
        (409, "uniqueness", "rejected", "Someone else is already using this"),
        (400, "brandNew", "rejected", "make this change"),
        (401, "", "authentication", "Nothing was changed"),
        (403, "", "authentication", "Nothing was changed"),
        (404, "", "not_found", "Nothing was changed"),
        (429, "", "rate_limited", "Nothing was changed"),
        (500, "", "unavailable", "Nothing was changed"),
        (302, "", "unavailable", "Nothing was changed"),
    ],
)
def test_a_refusal_is_said_in_words_that_help_and_name_nobody(status: int, scim_type: str, kind: str, words: str):
    detail = {"schemas": ["e"], "scimType": scim_type, "status": str(status), "detail": "ben@secret.example has it"}
    moody = Moody(
        status, json.dumps(detail).encode(), {"Retry-After": "7", "Location": "https://evil.example"}, found=[OWN]
    )

    with pytest.raises(scim.VendorError) as caught:
        change(moody)
    assert caught.value.kind == kind
    assert words in caught.value.public
    assert "secret.example" not in f"{caught.value.public} {caught.value.detail}"
    assert caught.value.retry_after == (7 if status == 429 else None)


@pytest.mark.parametrize("body", [b"<h1>Hello</h1>", b"[]", b"\xff"])
def test_garbage_is_a_failure_and_not_a_profile(body: bytes):
    with pytest.raises(scim.VendorError):
        change(Moody(200, body, everything=True))


@pytest.mark.parametrize(("status", "body"), [(200, b'{"id": "1"}'), (204, b"")])
def test_both_ways_to_say_yes_are_understood(status: int, body: bytes):
    change(Moody(status, body, found=[OWN]))


def test_a_server_that_ignores_the_filter_gives_nobody_somebody_elses_profile():
    with pytest.raises(scim.VendorError) as caught:
        change(Moody(204, b"", found=[{"id": "2", "externalId": "sub-ben", "displayName": "Ben"}]))
    assert caught.value.kind == "not_found"


def test_letters_that_become_anothers_by_folding_give_nobody_anothers_profile(stage: Play):
    # The Kelvin sign folds to k: a server may find Kate for somebody whose address only looks like hers.
    kate, stranger = "kate@customer.example", "\N{KELVIN SIGN}ate@customer.example"
    moody = Moody(204, b"", found=[{"id": "2", "userName": kate.upper(), "displayName": "Kate"}])
    product = scim.Scim(stage(moody), TOKEN, "userName", "displayName")

    assert product.profile(Requester("sub-kate", kate)).id == "2"
    with pytest.raises(scim.VendorError) as caught:
        product.profile(Requester("sub-stranger", stranger))
    assert caught.value.kind == "not_found"


def test_two_profiles_of_one_subject_are_refused():
    with pytest.raises(scim.VendorError):
        change(Moody(204, b"", found=[OWN, OWN | {"id": "2"}]))


def test_a_server_that_is_not_there_is_said_without_its_address():
    with pytest.raises(scim.VendorError) as caught:
        scim.Scim("http://127.0.0.1:1", TOKEN, "externalId", "displayName").profile(ADA)
    assert caught.value.kind == "unavailable"
    assert "sub-ada" not in caught.value.detail
    assert caught.value.__cause__ is None
