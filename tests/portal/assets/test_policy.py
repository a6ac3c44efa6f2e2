"""The content policy: what is inline runs by its hash, and what is not named does not load."""

import pytest

from portal.assets import policy


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<script>one()</script><script>two()</script><script>one()</script>", 2),
        ('<script type="application/json">{"a": 1}</script>', 0),
        ('<script src="a.js"></script>', 0),
        ("<SCRIPT nonce=x>one()</SCRIPT >", 0),
        ("<script\n>one()\n</script>", 1),
        ("<p>no script</p>", 0),
    ],
)
def test_the_inline_scripts_of_a_page_are_named_once_each(html: str, count: int) -> None:
    assert len(policy.script_hashes(html)) == count


def test_a_hash_is_that_of_the_standard() -> None:
    # From the specification's own example: https://www.w3.org/TR/CSP3/#example-hash
    assert policy.script_hash("alert('Hello, world.');") == "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="


def test_a_policy_names_hashes_and_the_hosts_that_were_allowed() -> None:
    found = policy.content_policy(["sha256-A", "sha256-B"], {"frame-src": ["https://videos.example.com"]})
    parts = dict(part.split(" ", 1) for part in found.split("; "))

    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == "'self' 'sha256-A' 'sha256-B'"
    assert parts["frame-src"] == "https://videos.example.com"
    assert parts["form-action"] == "'self' https:"
    assert "unsafe" not in parts["script-src"]


def test_nothing_is_framed_unless_it_is_allowed() -> None:
    assert "frame-src 'none';" in policy.content_policy([], {})


def test_a_host_sends_what_a_page_cannot_say() -> None:
    found = policy.headers("default-src 'none'", https=True)

    assert found["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert found["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in policy.headers("", https=False)


def test_no_search_engine_keeps_a_preview() -> None:
    assert policy.headers("", https=True, preview=True)["X-Robots-Tag"] == "noindex, nofollow"
    assert "X-Robots-Tag" not in policy.headers("", https=True)
