"""extra.portal: defaults are filled in, and mistakes are reported with their line."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal import settings
from portal.errors import ContentError

RIGHT = """\
site_name: Acme Help
site_url: !ENV [SITE_URL, "https://help.acme.example/"]
extra:
  portal:
    product: Acme
    support_email: support@acme.example
    topics:
      - {id: getting-in, title: Getting in, routine: true}
      - id: billing
        title: Billing
    often_asked:
      - getting-in/forgot-password
"""


class Loader(yaml.SafeLoader):
    """Reads mkdocs.yml with MkDocs's tags ignored."""


Loader.add_constructor("!ENV", lambda loader, node: "")


def load(text: str) -> settings.Settings:
    return settings.load(yaml.load(text, Loader)["extra"]["portal"], "mkdocs.yml", text)


def mistakes(text: str) -> list[str]:
    with pytest.raises(ExceptionGroup) as caught:
        load(text)
    assert all(isinstance(error, ContentError) for error in caught.value.exceptions)
    return [str(error) for error in caught.value.exceptions]


def test_what_is_not_set_gets_its_default() -> None:
    found = load(RIGHT)

    assert found.parts.tickets
    assert not found.parts.community
    assert found.shortcuts
    assert found.response_time == "We usually answer within a working day."
    assert [topic.routine for topic in found.topics] == [True, False]


def test_a_misspelt_key_is_named_with_its_line_and_the_key_that_was_meant() -> None:
    assert mistakes(RIGHT + "    suport_email: x\n") == [
        "mkdocs.yml:13: extra.portal.suport_email: unknown setting. Did you mean 'support_email'?"
    ]


def test_an_unknown_key_deep_inside_names_what_is_known_there() -> None:
    text = RIGHT.replace("routine: true", "colour: red")

    assert mistakes(text) == [
        "mkdocs.yml:8: extra.portal.topics.0.colour: unknown setting. "
        "Known here: id, title, icon, description, sections, routine, review_days."
    ]


def test_several_mistakes_are_listed_at_once() -> None:
    text = RIGHT.replace("support@acme.example", "nobody").replace("product: Acme", "prodct: Acme")

    assert sorted(mistakes(text)) == [
        "mkdocs.yml:4: extra.portal.product is missing: give the name of your product.",
        "mkdocs.yml:5: extra.portal.prodct: unknown setting. Did you mean 'product'?",
        "mkdocs.yml:6: extra.portal.support_email: 'nobody' is wrong, expected an email address that people read.",
    ]


@pytest.mark.parametrize(
    "address", ["ada@acme", "ada@acme.example, eve@acme.example", "ädä@acme.example", "a@☃.example"]
)
def test_an_address_that_mail_cannot_reach_is_refused(address: str) -> None:
    (mistake,) = mistakes(RIGHT.replace("support@acme.example", f"'{address}'"))

    assert mistake.endswith(f"{address!r} is wrong, expected an email address that people read.")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "acme.example", ""])
def test_a_link_that_is_no_link_is_refused(url: str) -> None:
    (mistake,) = mistakes(f"{RIGHT}    legal:\n      - title: Terms\n        url: '{url}'\n")

    assert mistake.startswith("mkdocs.yml:15: extra.portal.legal.0.url: ")
    assert "expected a URL that starts with https://" in mistake


def test_a_wrong_value_under_a_free_name_is_named_by_it() -> None:
    assert mistakes(f"{RIGHT}    links:\n      shop: 7\n") == [
        "mkdocs.yml:14: extra.portal.links.shop: 7 is wrong, expected names, each with a URL that starts with "
        "https://, http://, mailto: or /."
    ]


def test_a_community_asks_its_four_questions_before_it_opens() -> None:
    (mistake,) = mistakes(RIGHT + "    parts: {community: true}\n")

    for answer in ("where", "moderators", "unanswered", "closes"):
        assert f"{answer} (" in mistake


def test_a_community_with_answers_and_links_is_open() -> None:
    answers = "{where: A, moderators: B, unanswered: C, closes: D, links: [{title: F, url: /f/}]}"

    found = load(f"{RIGHT}    parts: {{community: true}}\n    community: {answers}\n")

    assert found.community is not None
    assert found.community.links[0].title == "F"


def test_a_community_with_an_unanswered_question_names_it() -> None:
    answers = "{where: Reddit, moderators: Two of us, closes: At ten a month, links: [{title: F, url: /f/}]}"

    assert mistakes(f"{RIGHT}    community: {answers}\n") == [
        "mkdocs.yml:13: extra.portal.community.unanswered is missing: "
        "give a sentence: what happens to a question that nobody answers."
    ]


def test_a_topic_may_not_take_an_address_of_the_portal() -> None:
    assert mistakes(RIGHT.replace("id: billing", "id: api")) == [
        "mkdocs.yml:9: extra.portal.topics.1: 'api' is an address of the portal itself."
    ]


def test_a_topic_may_stand_only_once() -> None:
    assert mistakes(RIGHT.replace("id: billing", "id: getting-in")) == [
        "mkdocs.yml:4: extra.portal: topics lists getting-in more than once."
    ]


def test_no_settings_at_all_name_what_is_needed() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        settings.load(None, "mkdocs.yml", "site_name: Acme\n")

    assert [str(error) for error in caught.value.exceptions] == [
        "mkdocs.yml: extra.portal.product is missing: give the name of your product.",
        "mkdocs.yml: extra.portal.support_email is missing: give an email address that people read.",
    ]


def test_topics_and_often_asked_are_compared_with_the_articles() -> None:
    found = settings.check(load(RIGHT), ["getting-in/forgot-pasword", "your-team/seats"], "mkdocs.yml", RIGHT)

    assert [str(error) for error in found] == [
        "mkdocs.yml:9: topic 'billing' has no articles: there is none in docs/billing/.",
        "mkdocs.yml:7: extra.portal.topics lacks docs/your-team/: customers would not find those articles",
        "mkdocs.yml:12: extra.portal.often_asked: there is no article 'getting-in/forgot-password'. "
        "Did you mean 'getting-in/forgot-pasword'?",
    ]


def test_a_portal_without_topics_takes_any_folder() -> None:
    text = RIGHT[: RIGHT.index("    topics:")]

    assert settings.check(load(text), ["anything/at-all"], "mkdocs.yml", text) == []


ACCOUNT = "    account:\n      provider: keycloak\n      at: https://id.acme.example/realms/acme\n"


def account(rest: str) -> str:
    return f"{RIGHT}    account:\n      {rest}\n"


def test_an_account_provider_with_its_address_is_enough() -> None:
    found = load(RIGHT + ACCOUNT)

    assert found.account.provider == "keycloak"
    assert settings.account_gaps(found) == (
        "extra.portal.account: left out of the account page, since nothing says where they are done: "
        "team, roles, export. Give each a url, set a provider, or say hidden: true."
    )


def test_what_is_off_or_has_a_url_is_no_gap_and_neither_is_a_part_that_is_off() -> None:
    cards = "      cards: {team: {url: 'https://acme.example/{org}'}, roles: {hidden: true}, export: {hidden: true}}\n"

    assert settings.account_gaps(load(RIGHT + ACCOUNT + cards)) is None
    assert settings.account_gaps(load(RIGHT + "    parts: {account: false}\n")) is None
    assert "password, profile" in (settings.account_gaps(load(RIGHT)) or "")


@pytest.mark.parametrize(
    ("rest", "line", "said"),
    [
        ("provider: keycloack", 14, "'keycloack' is wrong, expected one of: keycloak, auth0, okta"),
        ("provider: clerk", 13, "give at as well: the account portal's address"),
        ("{provider: clerk, at: accounts.acme.example}", 13, "at must be https://"),
        ("{at: http://acme.example}", 13, "at must be https://"),
        (
            "cards: {profil: {hidden: true}}",
            14,
            "extra.portal.account.cards.profil: unknown setting. Did you mean 'profile'",
        ),
        ("cards: {profile: {url: 'http://acme.example/'}}", 14, "it must start with https://"),
        ("{at: https://konto.grüße.example}", 13, "at must have its host in ASCII: konto.xn--gre-6ka8l.example"),
        (
            "cards: {profile: {url: 'https://grüße.example/me'}}",
            14,
            "it must have its host in ASCII: xn--gre-6ka8l.example",
        ),
        ("cards: {profile: {url: 'javascript:alert(1)'}}", 14, "it must start with https://"),
        ("cards: {profile: {url: 'https://{org}.acme.example/'}}", 14, "a host of its own"),
        ("cards: {profile: {url: 'https://a@evil.example/'}}", 14, "a host of its own"),
        ("cards: {profile: {url: 'https://acme.example/{email}'}}", 14, "'{email}' is not one of: {at}, {org}, {user}"),
        ("cards: {profile: {url: '{at}/x'}}", 13, "give at as well"),
        ("cards: {profile: {url: 'https://acme.example/{at}'}}", 14, "{at} may stand at the front only"),
        ("cards: {profile: {url: '{at}.evil.example/'}}", 14, "after {at} comes a path"),
    ],
)
def test_a_mistake_about_the_account_page_is_named_with_its_line(rest: str, line: int, said: str) -> None:
    (mistake,) = mistakes(account(rest))

    assert mistake.startswith(f"mkdocs.yml:{line}: extra.portal.account")
    assert said in mistake


def test_the_article_of_a_card_must_exist() -> None:
    text = account("cards: {team: {article: getting-in/forgot-pasword}}")
    ids = ["getting-in/forgot-password", "billing/x"]

    assert [str(error) for error in settings.check(load(text), ids, "mkdocs.yml", text)] == [
        "mkdocs.yml:14: extra.portal.account.cards.team.article: there is no article 'getting-in/forgot-pasword'. "
        "Did you mean 'getting-in/forgot-password'?"
    ]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


# No deadline, which would fail on a busy machine.
@examples(deadline=None)
@given(st.dictionaries(st.sampled_from([*settings.Settings.model_fields, "x"]), plain) | plain)
def test_any_value_gives_settings_or_named_mistakes(data: Any) -> None:
    text = yaml.safe_dump({"extra": {"portal": data}})
    named: list[str] = []
    try:
        settings.load(data, "mkdocs.yml", text)
    except ExceptionGroup as group:
        named = [str(error) for error in group.exceptions]

    assert all(name.startswith("mkdocs.yml") for name in named)


@pytest.mark.parametrize(
    ("parts", "sign_in", "offered", "own"),
    [
        ({}, True, True, True),
        ({}, False, False, False),
        ({"tickets": False, "billing": False, "account": False}, True, True, False),
        ({"tickets": False, "billing": False, "account": False, "status": False}, True, False, False),
        ({"tickets": True, "billing": False, "account": False, "status": False}, True, True, True),
    ],
)
def test_signing_in_is_offered_where_it_leads_somewhere(
    parts: dict[str, bool], sign_in: bool, offered: bool, own: bool
) -> None:
    data = {"product": "Acme", "support_email": "a@b.example", "parts": parts, "sign_in": sign_in}
    found = settings.load(data, "mkdocs.yml", "")

    assert (found.offers_sign_in, found.on["sign_in"]) == (offered, own)
