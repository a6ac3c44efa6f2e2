"""Webhooks of billing systems, and those who send others."""

import json

import pytest

from functions.errors import VendorError
from tests.functions.billers.benches import Bench


def refused(bench: Bench, headers: dict[str, str], body: bytes) -> str:
    with pytest.raises(VendorError) as raised:
        bench.biller.events(body, headers)
    return raised.value.kind


def test_an_event_tells_whose_it_is_and_of_which_subscription(bench: Bench):
    bench.add()
    bench.books.finish(bench.books.subscriptions["sub-acme"])
    headers, body = bench.webhook(bench.books.events[-1])
    (event,) = bench.biller.events(body, headers)

    assert (event.id, event.what, event.customer) == (bench.books.events[-1].id, "subscription", "acme")
    assert (event.subscription, event.state) == ("sub-acme", "ended")
    assert event.at == bench.books.events[-1].at * 1000


def test_names_of_headers_may_be_written_in_any_case(bench: Bench):
    bench.add()
    headers, body = bench.webhook(bench.books.events[-1])

    for write in (str.lower, str.upper, str.title):
        assert bench.biller.events(body, {write(name): value for name, value in headers.items()})


def test_a_forged_one_is_refused(bench: Bench):
    bench.add()
    headers, body = bench.forged(bench.books.events[-1])

    assert refused(bench, headers, body) == "authentication"
    assert refused(bench, {}, body) == "authentication"
    assert refused(bench, dict.fromkeys(headers, ""), body) == "authentication"
    assert refused(bench, dict.fromkeys(headers, "Basic é"), body) == "authentication"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"id": 5}', b"[" * 100_000, b"\xff", b'{"id": ".."}'])
def test_a_body_that_is_no_event_is_refused_or_tells_nothing(bench: Bench, body: bytes):
    bench.add()
    headers, _ = bench.webhook(bench.books.events[-1])

    assert refused(bench, headers, body) == "authentication"


def test_chargebee_signs_nothing_so_what_it_says_is_read_again(chargebee: Bench):
    chargebee.add()
    headers, body = chargebee.webhook(chargebee.books.events[-1])
    told = json.loads(body)
    told["content"]["customer"]["id"] = "other"
    (event,) = chargebee.biller.events(json.dumps(told).encode(), headers)
    told["id"] = "ev_made_up"

    assert event.customer == "acme"
    assert refused(chargebee, headers, json.dumps(told).encode()) == "authentication"


def test_an_event_that_cannot_be_read_again_now_is_sent_again(chargebee: Bench):
    chargebee.add()
    headers, body = chargebee.webhook(chargebee.books.events[-1])
    chargebee.faults.next = "unavailable"

    assert refused(chargebee, headers, body) == "unavailable"


def test_recurly_signs_the_raw_bytes(recurly: Bench):
    recurly.add()
    headers, body = recurly.webhook(recurly.books.events[-1])

    assert recurly.biller.events(body, headers)
    assert refused(recurly, headers, json.dumps(json.loads(body), indent=1).encode()) == "authentication"
    assert refused(recurly, headers, body.replace(b"acme", b"evil")) == "authentication"


@pytest.mark.parametrize(("off", "right"), [(-301, False), (-299, True), (0, True), (299, True), (301, False)])
def test_recurly_counts_in_milliseconds_and_a_time_may_be_off_in_either_direction(
    recurly: Bench, off: int, right: bool
):
    recurly.add()
    headers, body = recurly.webhook(recurly.books.events[-1], at=recurly.moment() + off)

    if right:
        assert recurly.biller.events(body, headers)
    else:
        assert refused(recurly, headers, body) == "authentication"


def test_seconds_are_taken_for_old(recurly: Bench):
    recurly.add()
    headers, body = recurly.webhook(recurly.books.events[-1], at=recurly.moment() / 1000)

    assert refused(recurly, headers, body) == "authentication"


def test_while_a_key_is_changed_one_of_two_signatures_is_enough(recurly: Bench):
    recurly.add()
    event = recurly.books.events[-1]
    key = recurly.services.settings.environ["RECURLY_WEBHOOK_KEY"]

    for keys in (("old", key), (key, "old")):
        headers, body = recurly.webhook(event, *keys)  # type: ignore[call-arg]
        assert recurly.biller.events(body, headers)


@pytest.mark.parametrize("given", ["", ",", "1", "abc,def", ",,,", "９９９,abc", "-5,abc"])
def test_a_signature_of_another_form_is_refused(recurly: Bench, given: str):
    assert refused(recurly, {"recurly-signature": given}, b"{}") == "authentication"


def test_an_empty_key_makes_nothing_right(recurly: Bench, environ: dict[str, str]):
    recurly.add()
    recurly.services.settings.environ["RECURLY_WEBHOOK_KEY"] = ""  # type: ignore[index]
    bare = type(recurly.biller)(recurly.services, "http://127.0.0.1:1", "http://127.0.0.1:1", "key")
    headers, body = recurly.webhook(recurly.books.events[-1], "")  # type: ignore[call-arg]
    with pytest.raises(VendorError) as raised:
        bare.events(body, headers)

    assert raised.value.kind == "authentication"


def test_without_a_password_nothing_is_right(chargebee: Bench):
    chargebee.add()
    headers, body = chargebee.fake.webhook(chargebee.books.events[-1], "")
    chargebee.biller._webhook = ("portal", "")  # type: ignore[attr-defined]

    assert refused(chargebee, headers, body) == "authentication"
