"""What to write next, from a help desk, searches without a result and page views."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo import server
from demo.helpdesks import zendesk
from functions.helpdesks.zendesk import Zendesk
from functions.services import Services
from portal.articles.demand import Asked
from portal.models import Requester
from portal.tickets import Draft, Ticket
from scripts import top_questions
from scripts.top_questions import __main__ as command
from tests.functions.helpdesks.benches import ZENDESK
from tests.functions.insights.kept import uuid
from tests.scripts.test_report import Visitor

WHO = Requester("ada", "ada@customer.example")
SUBJECTS = (
    "Re: export all my data",
    "Exporting all data",
    "Update my card",
    "Call 0176 5554443 about lamps",
    "Unique words of ada@customer.example",
)


@pytest.fixture
def asked(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A portal with one article, five tickets and two visitors whose search found nothing."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "docs/plans-and-billing/update-card.md"
    path.parent.mkdir(parents=True)
    path.write_text("---\ntitle: How do I update my card?\n---\n\nOpen Billing.\n")
    now = services.now()
    for number, subject in enumerate(SUBJECTS):
        services.desk.create(Ticket(f"key-{number}", f"ACME-{number}", WHO, Draft("other", subject, "Text."), now))
    for name in ("one", "two"):
        Visitor(services.store, name).at(0, "search_zero", "home", query_id=uuid("q"), query="export data")
    services.store.run("update event set at = :now", now=now)
    return services


@pytest.fixture
def run(asked: Services, monkeypatch: pytest.MonkeyPatch):
    """The command, with the portal's services as its environment would give them."""

    @contextmanager
    def environment() -> Iterator[Services]:
        yield asked

    monkeypatch.setattr(command, "environment", environment)
    return command.main


def test_tickets_and_searches_are_one_question_and_a_single_customers_words_are_not_shown(run, capsys) -> None:
    assert run(["--json"]) == 0

    data = json.loads(capsys.readouterr().out)
    (export,) = data["questions"]
    assert (export["times"], export["article"]) == ({"ticket": 2, "search": 2}, None)
    assert "ada" not in json.dumps(data)


def test_the_headline_says_what_the_top_covers_and_what_has_no_article(run, capsys) -> None:
    run(["--top", "2"])

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("The top 2 cover 60% of tickets; ")


def test_saved_answers_count_by_their_use_where_the_desk_knows_it(asked: Services) -> None:
    fake = zendesk.Zendesk()
    fake.macros = [
        {"title": "Export all data", "usage_30d": 4, "actions": [{"field": "comment_value", "value": "A"}]},
        {"title": "Never used", "actions": [{"field": "comment_value", "value": "B"}]},
    ]
    with server.running(fake) as origin:
        asked.desk = Zendesk({**ZENDESK, "ZENDESK_API": origin})
        found = [one for one in top_questions.asked(asked) if one.source == "macro"]

    assert found == [Asked("Export all data", 12, "macro")]


def test_a_desk_that_does_not_answer_exits_1_and_says_why(run, asked: Services, capsys) -> None:
    with server.running(zendesk.Zendesk()) as origin:
        asked.desk = Zendesk({**ZENDESK, "ZENDESK_API": origin})

    assert run([]) == 1
    assert capsys.readouterr().err


def test_without_articles_it_says_so(run, capsys) -> None:
    assert run(["--docs", "none"]) == 2
    assert "none has no articles" in capsys.readouterr().err


def test_subjects_come_without_numbers_and_addresses(asked: Services) -> None:
    texts = {one.text for one in top_questions.asked(asked) if one.source == "ticket"}

    assert not [text for text in texts if "0176" in text or "@" in text]
