"""`covers`: which files of a product a glob names, and what is wrong in front matter."""

import pytest

from portal import articles
from portal.freshness import covers


@pytest.mark.parametrize(
    ("glob", "path", "named"),
    [
        ("web/billing/**", "web/billing/views/card.py", True),
        ("web/billing", "web/billing/card.py", True),
        ("web/billing", "web/billing_old/card.py", False),
        ("api/invoices/*.py", "api/invoices/list.py", True),
        ("api/invoices/*.py", "api/invoices/v2/list.py", False),
        ("**/settings.py", "settings.py", True),
        ("**/settings.py", "web/conf/settings.py", True),
        ("web/{team,seats}/**", "web/seats/a.py", True),
        ("web/{team,seats}/**", "web/plans/a.py", False),
        ("web/page?.html", "web/page1.html", True),
        ("acme/web:src/**", "src/a.py", True),
        ("web:src/**", "src/a.py", True),
        ("api:src/**", "src/a.py", False),
    ],
)
def test_globs_name_files_as_gits_do(glob: str, path: str, named: bool) -> None:
    assert covers.matches(glob, path, "acme/web") is named


@pytest.mark.parametrize("arrow", ["→", "->", "›", "»", ">"])
def test_a_way_through_menus_has_steps(arrow: str) -> None:
    assert covers.steps(f"Settings {arrow} Billing") == ["Settings", "Billing"]


def read(front: str) -> articles.FrontMatter:
    return articles.parse("a", "docs/a.md", f"---\n{front}\n---\n").front


def test_a_list_without_groups_is_sorted_by_the_form_of_its_entries() -> None:
    found = read('covers: [/my/billing/, "web/**/*.py", MAX_SEATS, "GET /v1/invoices", Update card]').covers

    assert found.model_dump() == {
        "paths": ("web/**/*.py",),
        "ui": ("Update card",),
        "routes": ("/my/billing/",),
        "settings": ("MAX_SEATS",),
        "api": ("GET /v1/invoices",),
    }


@pytest.mark.parametrize(
    ("front", "line", "said"),
    [
        ("covers: 5", 2, "covers: 5 is wrong, expected a list such as"),
        ("title: x\ncovers:\n  paths: web", 4, "covers.paths: 'web' is wrong, expected a list of globs"),
        (
            "covers:\n  routes:\n    - /ok\n    - billing",
            5,
            "covers.routes: 'billing' is wrong, expected a list of paths",
        ),
        ("covers:\n  api: [/v1/invoices]", 3, "covers.api: '/v1/invoices' is wrong"),
        ("covers:\n  pages: [a]", 3, "covers.pages: ['a'] is wrong, expected a list such as"),
        ("covers:\n  ui: [2026]", 3, "Put it in quotes to make it text."),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(front: str, line: int, said: str) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        read(front)

    (mistake,) = raised.value.exceptions
    assert str(mistake).startswith(f"docs/a.md:{line}: ")
    assert said in str(mistake)
