"""Redirects, client addresses and bodies: the small print of HTTP."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from functions.errors import Problem
from functions.http import Request, client, is_local_path, read_json, see_other, separate, wants_json
from functions.settings import Settings, read

ENVIRON = {
    "PUBLIC_ORIGIN": "https://help.acme.example",
    "SECRET_KEYS": "k" * 32,
    "TICK_TOKEN": "t" * 16,
    "TRUSTED_HOPS": "0",
}


def request(**options) -> Request:
    return Request(EnvironBuilder(**options).get_environ())


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "", "my/", "/x\r\ny", "/\tx"]
)
def test_only_a_path_of_this_site_is_local(path: str):
    assert not is_local_path(path)


def test_a_redirect_leads_here_or_to_an_allowed_host():
    assert see_other("/my/").headers["Location"] == "/my/"
    assert see_other("https://billing.stripe.com/p/x", {"billing.stripe.com"}).status_code == 303
    assert see_other("http://127.0.0.1:8002/p", {"127.0.0.1:8002"}).status_code == 303


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/",
        "http://billing.stripe.com/",
        "https://billing.stripe.com@evil.example/",
        "javascript:alert(1)",
        "//billing.stripe.com/",
    ],
)
def test_a_redirect_anywhere_else_is_refused(location: str):
    with pytest.raises(ValueError, match="is not allowed"):
        see_other(location, {"billing.stripe.com"})


def settings(**changes: str) -> Settings:
    return read(ENVIRON | changes)


def test_a_client_cannot_choose_its_address():
    spoofed = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}
    plain = client(request(environ_overrides={"REMOTE_ADDR": "203.0.113.9"}), settings())

    assert (
        client(request(headers=spoofed, environ_overrides={"REMOTE_ADDR": "10.0.0.1"}), settings(TRUSTED_HOPS="1"))
        == plain
    )
    assert client(request(headers=spoofed, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}), settings()) == plain
    assert (
        client(request(headers={"CF-Connecting-IP": "203.0.113.9"}), settings(CLIENT_IP_HEADER="cf-connecting-ip"))
        == plain
    )


def test_one_ipv6_household_is_one_client():
    household = [
        "2001:db8:1:200::1",
        "2001:db8:1:2ff:ffff::9",
        "2001:0DB8:0001:0280:0:0:0:1",
        "[2001:db8:1:2aa::3]:443",
    ]
    others = ["2001:db8:1:300::1", "2001:db8:1:1ff::1", "2001:db8:2:200::1", "fe80::1%eth0", "::1"]

    assert len({caller(address) for address in household}) == 1
    assert len({caller(address) for address in [*others, household[0]]}) == len(others) + 1


def test_an_address_that_nat64_carries_is_the_ipv4_one():
    assert caller("64:ff9b::203.0.113.9") == caller("203.0.113.9") != caller("64:ff9b::203.0.113.10")


def caller(address: str) -> str:
    return client(request(environ_overrides={"REMOTE_ADDR": address}), settings())


def test_the_address_itself_is_not_kept():
    assert len(client(request(environ_overrides={"REMOTE_ADDR": "203.0.113.9"}), settings())) == 24


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[" * 100_000, 400), (b'"' + b"x" * 200_000 + b'"', 413)])
def test_a_bad_json_body_is_a_problem(body: bytes, status: int):
    with pytest.raises(Problem) as error:
        read_json(request(method="POST", data=body), 150_000)

    assert error.value.status == status


def chunked(body: bytes, **options) -> Request:
    """A body without its length, as a server hands it over when it came in chunks."""
    sent = request(method="POST", input_stream=BytesIO(body), **options)
    sent.environ.pop("CONTENT_LENGTH", None)
    sent.environ["wsgi.input_terminated"] = True
    sent.limit(1000)
    return sent


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json"])
def test_a_body_in_chunks_is_whole_or_refused(kind: str):
    with pytest.raises(RequestEntityTooLarge):
        chunked(b"a=" + b"x" * 999, content_type=kind).get_data(parse_form_data=True)
    whole = chunked(b"a=" + b"x" * 998, content_type="application/x-www-form-urlencoded")

    assert whole.form.to_dict() == {"a": "x" * 998}


def test_a_form_in_chunks_is_never_cut():
    with pytest.raises(RequestEntityTooLarge):
        _ = chunked(b"a=1&b=" + b"x" * 2000, content_type="application/x-www-form-urlencoded").form


def test_a_body_without_a_length_is_not_waited_for():
    bare = request(method="POST")
    bare.environ.pop("CONTENT_LENGTH", None)

    with pytest.raises(Problem) as error:
        read_json(bare, 100)
    assert error.value.status == 411


@pytest.mark.parametrize(("terminated", "left"), [(True, 100_000), (False, 300_000)])
def test_the_rest_of_a_body_is_read_up_to_a_limit_where_it_has_an_end(terminated: bool, left: int):
    source = BytesIO(b"x" * 300_000)
    sent = request(method="POST", input_stream=source)
    sent.environ["wsgi.input_terminated"] = terminated

    sent.drain(200_000)

    assert 300_000 - source.tell() == left


@pytest.mark.parametrize(
    ("path", "accept", "json"),
    [
        ("/api/x", "*/*", True),
        ("/api/x", "text/html,*/*", False),
        ("/my/x", "*/*", False),
        ("/my/x", "application/json", True),
        ("/api/x", "", True),
    ],
)
def test_a_person_gets_pages_and_a_script_gets_json(path: str, accept: str, json: bool):
    assert wants_json(request(path=path, headers={"Accept": accept})) == json


def test_a_port_and_a_mapped_address_do_not_make_a_new_client():
    addresses = ["203.0.113.9", "203.0.113.9:4711", "::ffff:203.0.113.9", "[::ffff:203.0.113.9]:4711"]
    clients = {
        client(request(headers={"X-Client": address}), settings(CLIENT_IP_HEADER="x-client")) for address in addresses
    }

    assert len(clients) == 1


@pytest.mark.parametrize(
    ("joined", "separate_ones"),
    [
        ("a=1,portal=x", {"a": "1", "portal": "x"}),
        ("a=1, portal=x, b=2", {"a": "1", "portal": "x", "b": "2"}),
        ("a=1; b=2,portal=x.y-z_", {"a": "1", "b": "2", "portal": "x.y-z_"}),
        ("a=1,2; portal=x", {"a": "1,2", "portal": "x"}),
        ("a=1,,portal=x", {"a": "1,", "portal": "x"}),
        ("a=1,portal=planted; portal=x", {"a": "1", "portal": "x"}),
        (",", {}),
        ("=,=,;,", {}),
    ],
)
def test_cookies_that_a_server_joined_with_commas_are_read_one_by_one(joined: str, separate_ones: dict[str, str]):
    environ = EnvironBuilder().get_environ() | {"HTTP_COOKIE": joined, "SERVER_SOFTWARE": "gunicorn/27.0.1"}

    cookies = Request(environ).cookies

    assert {name: cookies[name] for name in separate_ones} == separate_ones


def test_a_comma_in_a_cookie_is_left_alone_by_a_server_that_joins_with_semicolons():
    environ = EnvironBuilder().get_environ() | {"HTTP_COOKIE": "a=1,portal=x", "SERVER_SOFTWARE": "Granian"}

    assert dict(Request(environ).cookies) == {"a": "1,portal=x"}


@given(st.text(alphabet='ab=;, "%é', max_size=40))
def test_no_cookie_is_lost_by_taking_them_apart(header: str):
    before = header.replace(" ", "")

    assert sorted(separate(header).replace(" ", "").replace(";", ",")) == sorted(before.replace(";", ","))
