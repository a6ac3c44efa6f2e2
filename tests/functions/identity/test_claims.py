"""Claims of a provider: what counts as yes, and what is too odd to mean anything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.identity.claims import address, ours
from functions.settings import CLAIMS
from portal.account import is_admin

NAMES = {name: name for name in CLAIMS}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("flag", ["billing_admin", "account_admin"])
@pytest.mark.parametrize("value", [True, "true"])
def test_yes_is_true_or_its_word(flag: str, value: Any):
    assert ours({flag: value}, NAMES) == {flag: True}


@pytest.mark.parametrize("flag", ["billing_admin", "account_admin"])
@pytest.mark.parametrize("value", [1, 1.0, "1", "True", "yes", "false", 0, "", [True], {"true": True}])
def test_nothing_else_is_yes(flag: str, value: Any):
    assert ours({flag: value}, NAMES) == {flag: False}
    assert not is_admin({"account_admin": value, "role": "owner"})


@pytest.mark.parametrize(
    ("scopes", "words"),
    [
        ("a b", {"a", "b"}),
        (["a", "b"], {"a", "b"}),
        (7, set()),
        ([1, 2], set()),
        ([["a"], "b"], {"b"}),
        ({"a": 1}, set()),
        (True, set()),
    ],
)
def test_scopes_are_words(scopes: Any, words: set[str]):
    assert ours({"scopes": scopes}, NAMES) == {"scopes": words}


@pytest.mark.parametrize("role", [["owner"], {"owner": True}, 1, None])
def test_a_role_that_is_no_text_makes_nobody_an_admin(role: Any):
    assert not is_admin({"role": role})


@given(st.dictionaries(st.sampled_from(CLAIMS), JSON))
def test_whatever_a_provider_says_becomes_flags_words_and_texts(claims: dict[str, Any]):
    found = ours(claims, NAMES)

    assert found.keys() <= claims.keys()
    assert all(isinstance(value, bool | str | frozenset) for value in found.values())


@pytest.mark.parametrize(
    "value", ["a@=?utf-8?q?b=2Cevil=40x.y?=", "=?utf-8?q?eve?=@x.example", "a@[x", "a\\b@x.example", ["a@x.example"]]
)
def test_an_address_is_one_that_a_header_reads_as_it_stands(value: Any):
    assert address(value) is None
    assert address("O'Neil+x@x.example") == "O'Neil+x@x.example"


def test_an_address_of_a_domain_outside_ascii_is_kept_as_mail_reaches_it():
    assert address("Ada@straße.example") == "Ada@xn--strae-oqa.example"
