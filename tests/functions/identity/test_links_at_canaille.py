"""The rows of the account table for Canaille, at Canaille itself."""

import json
import subprocess
import sys

import pytest

from portal.account import CARDS, PROVIDERS, Link, fill

# In a process of its own: Canaille is a whole application with settings and warnings of its own.
PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
can = ["edit_self", "use_oidc", "manage_own_groups", "manage_all_groups", "delete_account"]
app = create_app({"SECRET_KEY": "a key of the tests", "TESTING": True, "WTF_CSRF_ENABLED": False, "CANAILLE": {
    "DATABASE": "memory", "AUTHENTICATION_FACTORS": ["password"], "SMTP": {},
    "ACL": {"DEFAULT": {"PERMISSIONS": can}}}})
with app.app_context(), Backend.instance.session():
    ada = models.User(user_name="ada", formatted_name="Ada Byron", family_name="Byron", emails=["ada@customer.example"],
                      password="correct-horse-battery-7")
    Backend.instance.save(ada)
    Backend.instance.save(models.Group(display_name="customer", members=[ada], owner=ada))
stranger, known = app.test_client(), app.test_client()
known.post("/login", data={"login": "ada"})
known.post("/auth/password", data={"password": "correct-horse-battery-7"})
paths = json.loads(sys.argv[1])
print(json.dumps({path: [client.get(path).status_code for client in (stranger, known)] for path in paths}))
"""
CANAILLE = PROVIDERS["canaille"]
PROVEN = {job: link for job, link in CANAILLE.jobs.items() if link.proof == "here"}
VALUES = {"at": "https://id.acme.example", "user": "ada", "org": "customer"}


def path(link: Link) -> str:
    return fill(link.value, VALUES).removeprefix(VALUES["at"])


@pytest.fixture(scope="module")
def answers() -> dict[str, list[int]]:
    """What Canaille answers at each of our paths: to a stranger, and to Ada who is signed in."""
    links = [*PROVEN.values(), *(CANAILLE.signed_out or {}).values()]
    paths = json.dumps(sorted({path(link) for link in links} | {"/profile/ada/nowhere"}))
    command = [sys.executable, "-c", PROGRAM, paths]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    found: dict[str, list[int]] = json.loads(run.stdout.splitlines()[-1])
    return found


def test_a_page_that_canaille_does_not_have_is_seen(answers: dict[str, list[int]]):
    assert answers["/profile/ada/nowhere"] == [404, 404]


@pytest.mark.parametrize("job", sorted(PROVEN), ids=lambda job: CARDS[job].title)
def test_each_row_opens_a_page_for_who_is_signed_in_and_for_nobody_else(answers: dict[str, list[int]], job: str):
    stranger, ada = answers[path(PROVEN[job])]

    assert ada == 200
    assert stranger in (302, 303, 401, 403)


def test_the_forgotten_password_page_needs_no_sign_in(answers: dict[str, list[int]]):
    (link,) = (CANAILLE.signed_out or {}).values()

    assert answers[path(link)][0] == 200


def test_no_other_provider_claims_to_be_proven_here():
    links = [(name, link) for name, provider in PROVIDERS.items() for link in provider.jobs.values()]

    assert {name for name, link in links if link.proof == "here"} == {"canaille"}
