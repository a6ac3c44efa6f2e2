"""The check of a release: which articles, how sure, and the lines side by side."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.freshness import check, ranking
from portal.freshness.check import CERTAIN, LIKELY, POSSIBLE, Commit, Hit
from portal.freshness.covers import Covers
from portal.freshness.diffs import Change, Line
from portal.freshness.facts import Renamed
from portal.freshness.library import Document, Library
from tests.portal.freshness.changes import change, commit, library

RENAMED = Renamed("Update card", "Replace card", Line("en.json", 3, '"card": "Update card",'))


def run(*commits: Commit, of: Library | None = None, left: dict[str, int] | None = None) -> dict[str, Hit]:
    return {hit.id: hit for hit in check.check(commits, of or library(), left or {}, "acme/web")}


@pytest.mark.parametrize(
    ("covers", "commit"),
    [
        (Covers(paths=("web/mail/**",)), commit("web/mail/letters.py", "a = 1", "a = 2")),
        (Covers(settings=("SMTP_HOST",)), commit("conf.py", "SMTP_HOST = env()", "SMTP_HOST = None")),
        (Covers(routes=("/settings/mail",)), commit("urls.py", 'path("settings/mail/", mail)', "")),
        (Covers(api=("GET /v1/letters",)), commit("api.ts", "app.get('/v1/letters', list)", "")),
        (Covers(ui=("Settings → Letters",)), commit("menu.html", "<a>Letters</a>", "<a>Post</a>")),
    ],
)
def test_an_article_that_covers_what_changed_is_certain(covers: Covers, commit: Commit) -> None:
    hit = run(commit, of=library(webhooks=covers))["api/webhooks"]

    assert hit.tier == CERTAIN
    assert hit.because == tuple(f"{kind}: {entry[0]}" for kind, entry in vars(covers).items() if entry)


def test_covers_of_another_product_are_left_alone() -> None:
    covered = library(webhooks=Covers(paths=("acme/desktop:web/**",)))

    assert "api/webhooks" not in run(commit("web/mail.py", "a = 1", "a = 2"), of=covered)


def test_a_label_renamed_under_its_key_flags_the_articles_that_mark_it() -> None:
    hits = run(Commit(Change((), "Name the button after what it does"), (RENAMED,)), left={"update card": 0})

    assert [(hit.id, hit.tier) for hit in hits.values()] == [("billing/card", LIKELY)]
    (proof,) = hits["billing/card"].proofs
    assert (proof.line, proof.text) == (3, "Open Billing and choose **Update card**.")
    assert proof.what == '"Update card" was renamed to "Replace card"'
    assert proof.at == RENAMED.line


def test_a_label_that_the_product_still_has_elsewhere_flags_nothing_by_itself() -> None:
    assert run(Commit(Change((), "Tidy"), (RENAMED,)), left={"update card": 3}) == {}


def test_a_setting_taken_away_flags_the_article_that_names_it() -> None:
    removed = commit("web/hooks.py", 'secret = env("WEBHOOK_SECRET")\nsign(body, secret)', "", "Remove WEBHOOK_SECRET")

    hits = run(removed, left={"webhook_secret": 0})

    assert next(iter(hits)) == "api/webhooks"
    assert hits["api/webhooks"].tier == LIKELY
    assert hits["api/webhooks"].proofs[0].what == '"WEBHOOK_SECRET" is gone from the product'


def test_an_old_default_in_an_article_is_shown_beside_the_new_one() -> None:
    hit = run(commit("billing.py", "RETRY_DAYS = 3", "RETRY_DAYS = 5", "Try a declined card for 5 days"))[
        "billing/card"
    ]

    (proof, *_) = hit.proofs
    assert (proof.line, proof.what) == (4, "RETRY_DAYS: 3 -> 5")
    assert proof.at == Line("billing.py", 5, "RETRY_DAYS = 3")


def test_a_change_that_customers_cannot_notice_flags_nothing() -> None:
    assert run(commit("web/db.py", "rows = list(query)", "rows = tuple(query)", "Read rows once")) == {}


def test_a_release_names_each_article_once_with_what_its_commits_found() -> None:
    first = commit("billing.py", "RETRY_DAYS = 3", "RETRY_DAYS = 5", "Try a declined card for 5 days")

    hit = run(first, Commit(Change(()), (RENAMED,)))["billing/card"]

    assert hit.tier == LIKELY
    assert {proof.what for proof in hit.proofs} == {
        "RETRY_DAYS: 3 -> 5",
        '"Update card" was renamed to "Replace card"',
    }


def test_only_five_articles_are_merely_possible_however_large_the_release() -> None:
    names = [f"{one}{two}" for one in string.ascii_lowercase for two in "ab"][:40]
    many = Library(
        Document(name, f"docs/{name}.md", f"# About {name}ist\n\nThe {name}ist is {name}ing.\n") for name in names
    )
    commits = [commit(f"web/{name}.py", f"{name}ist = 1", f"{name}ist = 2", f"Set {name}ist") for name in names]

    hits = check.check(commits, many, {})

    assert sum(hit.tier == POSSIBLE for hit in hits) <= check.MOST_POSSIBLE
    assert hits


def test_what_is_worth_looking_for_in_the_product_is_what_articles_have() -> None:
    removed = commit("web/hooks.py", 'secret = env("WEBHOOK_SECRET")\nunknown_name = "Export data"')

    assert check.wanted([removed], library()) == {"webhook_secret", "export", "data", "export data"}


def test_the_article_of_the_subject_comes_first_among_many_others() -> None:
    words = [f"{letter}{number}word" for letter in string.ascii_lowercase for number in range(40)]
    dice = random.Random(1)
    texts = {f"other/{number}": " ".join(dice.choices(words, k=80)) for number in range(300)}
    target = {"team/expiry": "# When does an invitation expire?\n\nAn invitation expires after 7 days."}
    shelf = Library(Document(id, f"docs/{id}.md", text) for id, text in (texts | target).items())
    evidence = commit("team.py", "INVITATION_DAYS = 7", "INVITATION_DAYS = 14", "Let invitations expire later").evidence

    ranked = ranking.rank(evidence, shelf, {}, {})

    assert ranked[0].id == "team/expiry"
    assert ranked[0].chance > 0.5


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_any_change_has_chances_from_0_to_1_in_the_order_of_the_scores(old: str, new: str, subject: str) -> None:
    old, new = (" ".join(text.split()) for text in (old, new))
    evidence = Commit(change("web/x.html", old, new, subject)).evidence

    ranked = ranking.rank(evidence, library(), {"team/roles": 2.0}, {})

    assert all(0 <= one.chance <= 1 for one in ranked)
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert "team/roles" in {one.id for one in ranked}


def test_no_articles_is_no_hit() -> None:
    assert check.check([commit("a.py", "a_b = 1", "a_b = 2")], Library([]), {}) == []
