"""Email addresses and hosts: one spelling each, and none for what could reach somebody else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.addresses import (
    DOMAIN,
    LOCAL,
    checked,
    is_by_mail,
    is_reserved,
    is_verified,
    normalise,
    subject,
    subject_of_typed,
)
from portal.urls import ascii_host, is_safe

HOSTS = {
    "straße.example": "xn--strae-oqa.example",  # a domain of its own, and not strasse.example
    "STRASSE.example": "strasse.example",
    "bücher.example": "xn--bcher-kva.example",
    "BÜCHER.EXAMPLE": "xn--bcher-kva.example",
    "bu\u0308cher.example": "xn--bcher-kva.example",  # u and two dots, as some keyboards type it
    "βόλος.example": "xn--nxasmm1c.example",
    "mañana.example": "xn--maana-pta.example",
    "नमस्ते.example": "xn--h2bhs4b8d8a.example",
    "東京。example": "xn--1lqs71d.example",
    "ｐｏｒｔａｌ．ｅｘａｍｐｌｅ": "portal.example",
    "xn--strae-oqa.example": "xn--strae-oqa.example",
    "☃.example": None,  # IDNA 2008 has letters and digits only
    "a\u200cb.example": None,  # a joiner where the script needs none
    "a\u202eb.example": None,
    "ä_b.example": None,
    "-ä.example": None,
    "ä..example": None,
    "ä" * 64 + ".example": None,
    "ä." * 200 + "example": None,
    "℀.example": None,  # becomes a/c
    "ä@b.example": None,
    "שלום1a.example": None,  # letters of two directions in one label
}
ADDRESSES = {
    "Ada@Customer.Example": "ada@customer.example",
    " o'neil+help@mail.customer.example\n": "o'neil+help@mail.customer.example",
    "ada@straße.example": "ada@xn--strae-oqa.example",
    "ada@strasse.example": "ada@strasse.example",
    "ada@faß.example": "ada@xn--fa-hia.example",
    "ada@日本語.example": "ada@xn--wgv71a119e.example",
    "ada@bücher.straße.example": "ada@xn--bcher-kva.xn--strae-oqa.example",
    "ada@BÜCHER。example": "ada@xn--bcher-kva.example",
    "ada@\N{KELVIN SIGN}elvin.example": "ada@kelvin.example",
    "ada@☃.example": None,
    "ada@a\u200db.example": None,
    "ädä@customer.example": None,
    "\N{KELVIN SIGN}ate@customer.example": None,
    "ada@customer": None,
    "ada@10.0.0.10": None,
    "ada@[10.0.0.10]": None,
    "ada@-customer.example": None,
    "ada@customer-.example": None,
    "ada@customer.example.": None,
    "ada@customer.example, eve@customer.example": None,
    "Ada <ada@customer.example>": None,
    "ada@customer.example\r\nBcc: eve@customer.example": None,
    "=?utf-8?q?eve?=@customer.example": None,
    "ada@=?utf-8?q?customer?=.example": None,
    "ada@eve@customer.example": None,
    ".ada@customer.example": None,
    "a" * 65 + "@customer.example": None,
    "ada@" + "ä" * 60 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 60 + ".example": None,
}


@pytest.mark.parametrize(("host", "spelt"), HOSTS.items())
def test_a_host_has_one_spelling_in_ascii(host: str, spelt: str | None):
    assert ascii_host(host) == spelt


@pytest.mark.parametrize(("typed", "spelt"), ADDRESSES.items())
def test_an_address_has_one_spelling_or_is_none(typed: str, spelt: str | None):
    assert normalise(typed) == spelt


def test_a_providers_address_keeps_its_local_part():
    assert checked("Ada.Byron@STRASSE.example") == "Ada.Byron@strasse.example"
    assert checked(" ada@customer.example") is None


@given(st.text(max_size=300))
@example("")
@example(".")
def test_a_host_is_in_ascii_and_stays_what_it_is(host: str):
    spelt = ascii_host(host)

    assert spelt is None or (spelt.isascii() and ascii_host(spelt) == spelt)


@given(
    st.one_of(
        st.text(max_size=300),
        st.builds("{}@{}".format, st.from_regex(LOCAL, fullmatch=True), st.text(max_size=80)),
        st.builds("{}@{}".format, st.text(max_size=20), st.from_regex(DOMAIN, fullmatch=True)),
        st.builds(
            "{}@{}.{}".format, st.just("ada"), st.text(min_size=1, max_size=30), st.sampled_from(["example", "de"])
        ),
    )
)
def test_whatever_is_typed_has_one_spelling_that_no_header_splits(typed: str):
    address = normalise(typed)

    if address is not None:
        assert normalise(address) == checked(address) == address
        assert address.isascii()
        assert address.isprintable()
        assert not set(address) & set(' ,;:<>()[]"\\')
        assert address.count("@") == 1
        assert "=?" not in address
        assert len(address) <= 254


def test_an_address_typed_and_one_proven_by_mail_are_two_subjects():
    proven, typed = subject("ada@customer.example"), subject_of_typed("ada@customer.example")

    assert (is_by_mail(proven), is_verified(proven), is_reserved(proven)) == (True, True, True)
    assert (is_by_mail(typed), is_verified(typed), is_reserved(typed)) == (False, False, True)
    assert (is_by_mail("sub-ada"), is_verified("sub-ada"), is_reserved("sub-ada")) == (False, True, False)


def test_the_subjects_of_addresses_are_what_stores_hold():
    assert subject("ada@customer.example") == "mail:c2093d0068c0d5b983c6f38561e4135510d92f75"
    assert subject_of_typed("ada@customer.example") == "unverified:c2093d0068c0d5b983c6f38561e4135510d92f75"


@pytest.mark.parametrize("url", ["https://straße.example/", "https://a\u3002example/", "https://ada\uff20b.example/"])
def test_a_url_with_a_host_that_clients_read_differently_is_not_safe(url: str):
    assert not is_safe(url)
    assert is_safe("https://xn--strae-oqa.example/größe")
