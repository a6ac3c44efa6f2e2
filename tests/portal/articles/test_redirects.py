"""docs/redirects.yml: what an old address may be, where it may lead, and how long it takes to compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.articles import redirects
from portal.articles.redirects import Redirect
from portal.errors import ContentError

FILE = "docs/redirects.yml"
TEXT = """\
# The old help desk
billing/change-card/: plans/update-card
/old.html: ask/
hc/*/articles/{id}:
  360001: plans/update-card#steps
  360002: getting-in/cant
"""


def test_a_file_is_read_line_by_line() -> None:
    assert redirects.parse(FILE, TEXT) == [
        Redirect(("billing", "change-card"), "plans/update-card", FILE, 2),
        Redirect(("old.html",), "ask/", FILE, 3),
        Redirect(("hc", "*", "articles", "360001-*"), "plans/update-card#steps", FILE, 5),
        Redirect(("hc", "*", "articles", "360002-*"), "getting-in/cant", FILE, 6),
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_a_file_without_any_is_fine(text: str) -> None:
    assert redirects.parse(FILE, text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a\n", ":1: must be lines of 'old address: article'"),
        ("https://help.acme.com/hc: a/b\n", ":1: old address 'https://help.acme.com/hc': write only the path"),
        ("hc?id=7: a/b\n", ":1: old address 'hc?id=7': a piece between two slashes"),
        ("a/b*: a/b\n", ":1: old address 'a/b*': a piece"),
        ("a/{id}-x: a/b\n", ":1: old address 'a/{id}-x': a piece"),
        ('a/"b": a/b\n', ":1: old address"),
        ("a;b: a/b\n", ":1: old address 'a;b'"),
        ("'*/a': a/b\n", ":1: old address '*/a': the first piece must be a word"),
        ("my/x: a/b\n", ":1: old address 'my/x': the first piece must be a word, and none of: api, assets, my"),
        ("a/../b: a/b\n", ":1: old address 'a/../b'"),
        ("a/{id}/{id}: {7: b}\n", ":1: old address 'a/{id}/{id}': '{id}' may stand in it once"),
        ("a/{id}: a/b\n", ":1: 'a/{id}' needs a line for each id below it"),
        ("a/{id}:\n  x7: a/b\n  8: a/c\n", ":2: 'x7: a/b' is no line such as"),
        ("a: [b]\n", ":1: 'a' needs one article or page behind its colon"),
        ("a: b\na: c\n", ":2: 'a' is there twice"),
    ],
)
def test_an_address_that_cannot_be_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ContentError) as caught:
        redirects.parse(FILE, text)

    assert f"{FILE}{says}" in str(caught.value)


ARTICLES, PAGES = ["plans/update-card", "getting-in/cant"], ["", "ask/", "status/", "plans/", "plans/update-card/"]


def test_targets_become_addresses() -> None:
    found = redirects.checked(redirects.parse(FILE, TEXT + "home: /\n"), ARTICLES, PAGES)

    assert [one.to for one in found] == [
        "plans/update-card/",
        "ask/",
        "plans/update-card/#steps",
        "getting-in/cant/",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "a: plans/update-crad\n",
            ":1: 'a' leads to 'plans/update-crad', which is no article and no page. Did you mean",
        ),
        ("a: https://evil.example/\n", ":1: 'https://evil.example/' leads out of the portal"),
        ("a: //evil.example\n", ":1: '//evil.example' leads out of the portal"),
        ("a: '\\evil.example'\n", ":1: '\\evil.example' leads out of the portal"),
        (
            "a: ask/\nb: a\n",
            ":2: 'b' leads to 'a', which is no article and no page. It is an old address itself: lead to",
        ),
        ("a: b\nb: a\n", ":1: 'a' leads to 'b', which is no article"),
        ("ask: status/\n", ":1: 'ask' would hide the page ask/"),
        ("plans/*: status/\n", ":1: 'plans/*' would hide the page plans/update-card/"),
        ("a/b: ask/\n/a/b/: status/\n", ":2: 'a/b' stands in docs/redirects.yml:1 already"),
    ],
)
def test_a_target_that_is_none_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ContentError) as caught:
        redirects.checked(redirects.parse(FILE, text), ARTICLES, PAGES)

    assert f"{FILE}{says}" in str(caught.value)


def test_every_old_address_that_is_one_has_a_file() -> None:
    found = redirects.checked(redirects.parse(FILE, TEXT + "hc/en/{id}: {7: ask/}\n"), ARTICLES, PAGES)

    assert dict(redirects.files(found, "/help/")) == {
        "billing/change-card/index.html": "/help/plans/update-card/",
        "old.html": "/help/ask/",
        "hc/en/7/index.html": "/help/ask/",
    }


@given(st.text(alphabet=st.sampled_from(list("a*/{id}:-7 \n#?\"'\\.")), max_size=60))
def test_any_text_gives_redirects_or_a_named_error(text: str) -> None:
    try:
        found = redirects.parse(FILE, text)
    except ContentError as error:
        assert str(error).startswith(FILE)  # noqa: PT017 - either of the two
    else:
        assert all(one.pieces[0] not in ("*", "", "my", "api") for one in found)


def test_no_address_takes_longer_than_its_length() -> None:
    """Each piece is looked at once, whatever the address is."""
    pieces = ("hc", *["*"] * 40, "360001-*")

    assert redirects.matches(pieces, "/".join(["hc", *["-" * 200] * 40, "360001-x"]))
    assert not redirects.matches(pieces, "/".join(["hc", *["-" * 200] * 40, "360002-x"]))
