import re
from typing import Any

import pytest
from markdown import Markdown
from pydantic import ValidationError

from portal.articles import conditions, facts
from portal.settings import Facts, Parts


def html(text: str, **given: str) -> str:
    """How a browser shows a sentence, with the facts that are given."""
    settings: dict[str, Any] = {"product": "Acme", "support_email": "help@acme.example", "response_time": "Soon."}
    settings["facts"] = dict.fromkeys(Facts.model_fields)
    settings |= {name: value for name, value in given.items() if name in settings}
    settings["facts"] |= {name: value for name, value in given.items() if name in Facts.model_fields}
    return Markdown().convert(conditions.applied(text, {}, "docs/a.md", facts.words(settings)))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("product", "Nord & <b>Süd</b>", "Nord &#38; &#60;b&#62;Süd&#60;/b&#62;"),
        ("product", "*A_B_C* [x](y) `z`", "&#42;A&#95;B&#95;C&#42; &#91;x&#93;(y) &#96;z&#96;"),
        ("support_email", "a_b@acme.example", '<a href="mailto:a_b@acme.example">a&#95;b@acme.example</a>'),
        ("security_email", "sec@acme.example", '<a href="mailto:sec@acme.example">sec@acme.example</a>'),
        ("security_page", "https://acme.example/s/", '<a href="https://acme.example/s/">https://acme.example/s/</a>'),
        ("refunds", "Within [30 days](https://a.example).", 'Within <a href="https://a.example">30 days</a>.'),
    ],
)
def test_a_fact_is_shown_as_what_it_is(name: str, value: str, shown: str):
    assert html(f"<!-- say {name} -->we<!-- end -->", **{name: value}) == f"<p>{shown}</p>"


@pytest.mark.parametrize("name", Facts.model_fields)
def test_a_fact_is_empty_until_it_is_filled_in(name: str):
    assert html(f"<!-- say {name} -->as before<!-- end -->") == "<p>as before</p>"
    assert html(f"<!-- if {name} -->filled<!-- else -->empty<!-- end -->") == "<p>empty</p>"


def test_no_fact_has_the_name_of_a_part():
    assert not {*facts.NAMES} & {*Parts.model_fields, "sign_in", "not", "and", "or"}
    assert all(re.fullmatch("[a-z_]+", name) for name in facts.NAMES)


@pytest.mark.parametrize("name", ["security_page", "security_email"])
def test_a_fact_that_becomes_a_link_is_an_address(name: str):
    for wrong in ("/security/", "ask us", "https://a.example/ b", "javascript:alert(1)"):
        with pytest.raises(ValidationError):
            Facts.model_validate({name: wrong})
