"""Addresses in a plain text: where they begin and end, and what is none."""

import time
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tickets.links import pieces


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://help.acme.example/export.", ["https://help.acme.example/export"]),
        ("HTTP://ACME.example/Path?a=1&b=2#part, then press Save", ["HTTP://ACME.example/Path?a=1&b=2#part"]),
        ("(more at https://acme.example/a_(b))", ["https://acme.example/a_(b)"]),
        (
            "[guide](https://acme.example/guide) and <https://acme.example/two>",
            [
                "https://acme.example/guide",
                "https://acme.example/two",
            ],
        ),
        ("https://a.example/x;https://b.example/y", ["https://a.example/x;https://b.example/y"]),
        ('the "https://acme.example/quoted" one', ["https://acme.example/quoted"]),
        (
            "**https://acme.example/bold** and _https://acme.example/thin_",
            ["https://acme.example/bold", "https://acme.example/thin"],
        ),
        ("Is it https://acme.example/?! Yes...", ["https://acme.example/"]),
        (
            "http://[::1]:8080/local] and http://127.0.0.1:8000/x/",
            ["http://[::1]:8080/local", "http://127.0.0.1:8000/x/"],
        ),
        ("请看https://acme.example/a。然后", ["https://acme.example/a"]),
        (
            "请看 https://acme.example/a，然后（https://acme.example/b）",
            [
                "https://acme.example/a",
                "https://acme.example/b",
            ],
        ),
        ("https://bücher.example/straße", ["https://bücher.example/straße"]),
        ("one\nhttps://acme.example/line\nthree", ["https://acme.example/line"]),
        ("https://acme.example/%C3%A9?q=a+b=c/", ["https://acme.example/%C3%A9?q=a+b=c/"]),
        ("https://acme.example/it's here", ["https://acme.example/it's"]),
        ("https://acme.example/\u202egpj.exe", ["https://acme.example/"]),
    ],
)
def test_an_address_is_a_link_without_what_stands_around_it(text: str, links: list[str]):
    assert [address for _, address in pieces(text) if address] == links


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://acme.example/file",
        "mailto:ada@customer.example",
        "xhttps://acme.example/",
        "view-source+https://acme.example/",
        "https://",
        "https:///path",
        "http://.,;",
        "https://acme.example@evil.example/",
        "https://ada:secret@acme.example/",
        "https://acme.example:port/",
        "https://acme.example:99999/",
        "http://[::1",
        "https:acme.example",
        "https://xn--\u00e9\u0000.example",
        "www.acme.example",
    ],
)
def test_what_is_no_plain_web_address_is_text(text: str):
    assert not any(address for _, address in pieces(text))


@given(
    st.text()
    | st.lists(st.sampled_from(["https://", "a.example", "(", ")", "[", "]", ".", "@", " ", "/"])).map("".join)
)
def test_nothing_is_lost_or_added(text: str):
    found = list(pieces(text))

    assert "".join(words for words, _ in found) == text
    assert all(address in ("", words) and words for words, address in found)


@pytest.mark.parametrize(
    "worst",
    [
        "https://a.example/((",
        "https://a.example/).",
        "https://a.example/....",
        "http",
        "https://",
        "https://@",
        "https://[",
        "a.-+",
    ],
)
@pytest.mark.parametrize("joined", [True, False])
def test_a_long_text_takes_time_by_its_length(worst: str, joined: bool):
    head, tail = (worst[:-1], worst[-1]) if joined else ("", worst)

    def seconds(length: int) -> float:
        """Of this thread alone: the machine may be busy with others."""
        text = (head + tail * length)[:length]
        begin = time.thread_time()
        deque(pieces(text), maxlen=0)
        return time.thread_time() - begin

    short, long = (min(seconds(length) for _ in range(5)) for length in (250_000, 1_000_000))
    # A short text fits a cache that a long one does not; with the square of its length it would take 16 times as long.
    assert long < 6 * max(short, 0.02)
