"""The table of account jobs: values are escaped for their place in an address."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal import account, settings


def test_every_card_has_its_setting_and_every_provider_its_word():
    assert set(settings.AccountCards.model_fields) == set(account.CARDS)
    for provider in account.PROVIDERS:
        assert settings.Account(provider=provider, at="https://id.acme.example").provider == provider


def test_every_row_of_the_table_can_be_used():
    for provider in account.PROVIDERS.values():
        for job, link in {**provider.jobs, **(provider.signed_out or {})}.items():
            assert job in account.LINKED
            if link.kind == "url":
                assert account.fault(link.value) is None
                assert provider.at


def test_a_job_for_who_is_signed_out_needs_nothing_personal():
    for provider in account.PROVIDERS.values():
        for link in (provider.signed_out or {}).values():
            assert not account.is_personal(link.value)


@pytest.mark.parametrize("template", ["https://acme.example/{user}/x?o={org}#{user}", "{at}/people/{user}?o={org}"])
# No deadline, which would fail on a busy machine.
@examples(deadline=None)
@given(user=st.text(min_size=1), org=st.text(min_size=1))
def test_no_claim_changes_the_host_or_adds_a_part(template: str, user: str, org: str):
    # A lone surrogate cannot be in a claim: JSON over UTF-8 has none.
    user, org = (text.encode("utf-8", "ignore").decode() or "x" for text in (user, org))
    url = account.fill(template, {"at": "https://acme.example/", "user": user, "org": org})
    parts = urlsplit(url)

    assert parts.netloc == "acme.example"
    assert parts.query == f"o={parts.query[2:]}"
    assert unquote(parts.query[2:]) == org
    assert "&" not in parts.query
    assert all(32 < ord(character) < 127 for character in url)


@pytest.mark.parametrize("values", [{}, {"user": ""}])
def test_a_value_that_is_missing_is_never_left_blank(values: dict[str, str]):
    with pytest.raises(KeyError):
        account.fill("https://acme.example/{user}", values)


def test_the_writers_url_comes_before_the_providers_row():
    chosen = {"provider": "clerk", "at": "https://a.example", "cards": {"profile": {"url": "https://b.example/"}}}

    assert account.link(chosen, "profile", True) == account.Link("url", "https://b.example/")
    assert account.link(chosen, "team", True) == account.PROVIDERS["clerk"].jobs["team"]
    assert account.link(chosen | {"cards": {"team": {"hidden": True}}}, "team", True) is None
