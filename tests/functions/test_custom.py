"""What is wrong with a vendor of an adopter's own, or with the choice of one, is said when the portal starts."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.app import create
from functions.errors import SettingsError, VendorError
from functions.monitors.source import connected
from functions.status.live import last_checks
from functions.status.poll import poll
from portal.status import Board, Check, Component, Page, write
from tests.conftest import write_bundle

METHODS = """
    def create(self, ticket): ...
    def find(self, ticket): ...
    def tickets(self, requester): ...
    def ticket(self, requester, desk_ref): ...
    def reply(self, requester, desk_ref, reply): ...
    def set_status(self, requester, desk_ref, status): ...
    def note(self, desk_ref, text): ...
    def count(self, since, until): ...
    def macros(self): ...
    def subjects(self, since): ...
    def notice(self, headers, body): ...
    def check(self): ...
"""
WHOLE = f"class Desk:\n    capabilities = None\n{METHODS}\n\ndef connect(settings, services):\n    return Desk()\n"
CONNECT = "\n\ndef connect(settings, services):\n    return Desk()\n"


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A portal in a folder of its own, whose custom/ can be imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "custom").mkdir()
    yield {
        "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
        "SECRET_KEYS": "k" * 32,
        "TICK_TOKEN": "t" * 16,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}",
        "PORTAL_BUILD_DIR": str(write_bundle(tmp_path / "build")),
    }
    for name in [name for name in sys.modules if name.partition(".")[0] == "custom"]:
        del sys.modules[name]


def said(environ: dict[str, str]) -> list[str]:
    """The sentences with which the portal does not start."""
    try:
        create(environ)
    except SettingsError as error:
        return str(error).splitlines()[1:]
    return []


def test_a_vendor_of_ones_own_that_is_whole_starts(environ: dict[str, str]) -> None:
    Path("custom/desk.py").write_text(WHOLE)

    portal = create(environ | {"HELPDESK": "custom.desk:connect"})
    assert type(portal.services.desk).__name__ == "Desk"


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        ("def conect(settings, services): ...", "custom.desk has no 'connect'. Did you mean 'conect'?"),
        ("def make(a, b): ...", "custom.desk has no 'connect'. There is: make."),
        ("connect = 'https://desk.example'", "'connect' in custom.desk is a str, not a function that connects."),
        ("def connect(settings): ...", "connect has to take (settings, services), and takes (settings)."),
        (
            "def connect(settings, services): return 1 / 0",
            "it raised ZeroDivisionError: division by zero (desk.py, line 1).",
        ),
        ("import nosuchpackage", "custom.desk needs the package 'nosuchpackage', which is not installed where"),
        ("def connect(settings, services:\n", "it raised SyntaxError: '(' was never closed (desk.py, line 1)."),
        ("x = undefined", "it raised NameError: name 'undefined' is not defined (desk.py, line 1)."),
        (
            "def connect(settings, services): return settings.environ['DESK_TOKEN']",
            "it needs DESK_TOKEN, which is not set.",
        ),
        (
            "from functions.errors import SettingsError\ndef connect(settings, services):\n"
            "    raise SettingsError('Set DESK_URL: the address of the desk.')",
            "Set DESK_URL: the address of the desk.",
        ),
        (
            "def connect(settings, services): pass",
            "it returned nothing. It has to return an object with the methods of HelpD",
        ),
        (
            f"class Desk:{METHODS}\nconnect = lambda settings, services: Desk",
            "it returned the class Desk itself; call it.",
        ),
        (
            "class Desk:\n    capabilities = None\n    def create(self, ticket): ...\n    def check(self): ..."
            + CONNECT,
            "Desk lacks find, tickets, ticket, reply, set_status, note, count, macros, subjects, notice. HelpDesk in",
        ),
        (
            "from functions.helpdesks.own_tickets import OwnTickets\nclass Desk(OwnTickets): pass" + CONNECT,
            "Desk lacks the methods _add, _messages, _owns, _row, _set, _thread, which",
        ),
        (
            WHOLE.replace("def create(self, ticket)", "def create(self)"),
            "Desk.create has to take (ticket), and takes ().",
        ),
        (WHOLE.replace("def macros(self): ...", "macros = []"), "'macros' of Desk is a list, not a method."),
    ],
)
def test_each_mistake_in_it_is_a_sentence(environ: dict[str, str], module: str, sentence: str) -> None:
    Path("custom/desk.py").write_text(module)

    (one,) = said(environ | {"HELPDESK": "custom.desk:connect"})
    assert one.startswith(f"- HELPDESK='custom.desk:connect': {sentence}"), one


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (
            {"HELPDESK": "zendsk"},
            "HELPDESK='zendsk' is not one of: built_in, email, freshdesk, front, help_scout,",
        ),
        ({"HELPDESK": "zendsk"}, "Did you mean 'zendesk'?"),
        (
            {"HELPDESK": "custom.desk"},
            "HELPDESK='custom.desk' is not whole: name the function after a colon, custom.desk:conn",
        ),
        (
            {"HELPDESK": "desk:connect"},
            "HELPDESK='desk:connect' is not in the folder custom/, where a vendor of your own lies",
        ),
        (
            {"HELPDESK": "custom.desc:connect"},
            "there is no custom/desc.py beside the folder functions/. Did you mean 'custom.desk'",
        ),
        ({"HELPDESK": "custom.desk:conect"}, "custom.desk has no 'conect'. Did you mean 'connect'?"),
        (
            {"BILLER": "strip"},
            "BILLER='strip' is not one of: chargebee, none, recurly, stripe, or custom.MODULE:FUNCTION."
            " Did you mean 'stripe'?",
        ),
        (
            {"BILLER": "custom.desk:connect"},
            "BILLER='custom.desk:connect': Desk lacks subscriptions, invoices, payment_method",
        ),
        (
            {"BOT_CHECK": "turnstyle"},
            "BOT_CHECK='turnstyle' is not one of: altcha, none, turnstile, or custom.MODULE:FUNCTION.",
        ),
        ({"BOT_CHECK": "custom.desk:connect"}, "BOT_CHECK='custom.desk:connect': Desk lacks name, puzzle, passes."),
        ({"OIDC_ISSUER": "id.acme.example"}, "OIDC_ISSUER='id.acme.example' must be https://"),
        ({"OIDC_ISSUER": "https://id.acme.example"}, "Set OIDC_CLIENT_SECRET: the portal's client secret"),
        ({"DATABASE_URL": "mysql://db"}, "DATABASE_URL has the scheme 'mysql'; use postgresql:// or sqlite:///FILE."),
        (
            {"SMTP_URL": "mail.acme.example:587"},
            "SMTP_URL is no address of an email server; write smtps://user:password@host.",
        ),
        ({"SMTP_URL": "smtps://h"}, "Set MAIL_FROM: the address that the portal's emails come from."),
    ],
)
def test_each_family_names_a_wrong_choice(environ: dict[str, str], choice: dict[str, str], sentence: str) -> None:
    Path("custom/desk.py").write_text(WHOLE)

    assert sentence in "\n".join(said(environ | choice))


def test_all_wrong_vendors_are_named_at_once(environ: dict[str, str]) -> None:
    Path("custom/desk.py").write_text("def connect(settings, services): pass")

    found = said(environ | {"HELPDESK": "custom.desk:connect", "BOT_CHECK": "custom.bots:connect"})
    assert [line.partition("'")[0] for line in found] == ["- HELPDESK=", "- BOT_CHECK="]


MAIL = """
class Mail:
    def check(self): ...
    def deliver(self, mail):
        sent.append(mail)

sent = []

def connect(settings, services):
    return Mail()
"""
MONITOR = """
from functions.monitors.source import reading

class Monitor:
    def readings(self):
        return {"web": reading({"fine": "ok"}, "fine"), "api": reading({"fine": "ok"}, "on fire")}

def connect(settings, services):
    return Monitor()
"""
OWN_MAIL = {"MAILER": "custom.mail:connect", "MAIL_FROM": "help@acme.example"}


def test_mail_of_ones_own_takes_every_email_in_the_servers_place(environ: dict[str, str]) -> None:
    Path("custom/mail.py").write_text(MAIL)

    services = create(environ | OWN_MAIL | {"HELPDESK": "email", "SUPPORT_MAILBOX": "team@acme.example"}).services
    services.mailer.check()
    services.mailer.send("ada@customer.example", "Ticket ABCD", "Text.", "answer-1")
    (mail,) = sys.modules["custom.mail"].sent
    assert services.settings.mail_sign_in
    assert (mail["From"], mail["Message-ID"]) == ("help@acme.example", "<answer-1@acme.example>")


def test_a_monitor_of_ones_own_says_how_its_checks_are(environ: dict[str, str]) -> None:
    Path("custom/monitor.py").write_text(MONITOR)

    services = create(environ | {"MONITOR": "custom.monitor:connect"}).services
    found = {key: one.result(0).outcome for key, one in connected(services, "custom").readings().items()}
    assert found == {"web": "ok", "api": "error"}


def test_a_fault_in_a_monitor_of_ones_own_leaves_the_other_checks_alone(
    environ: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Path("custom/monitor.py").write_text(MONITOR.replace("return {", "return {1 / 0: 0, "))
    checks = {"own": Check(type="custom", id="web"), "web": Check("http://127.0.0.1:1/")}
    components = tuple(Component(key, key, checks=(one,)) for key, one in checks.items())
    write_bundle(tmp_path / "build", status=write(Board(Page("acme", "Acme"), components)))
    services = create(environ | {"MONITOR": "custom.monitor:connect"}).services
    services.store.migrate()
    poll(services, time.monotonic() + 10)

    found = {key: (live.ok, live.error) for key, (live, _) in last_checks(services.store).items()}
    services.store.close()
    assert found["web"][1]
    assert "own" not in found or not found["own"][0]
    assert "custom was not asked: fault in the adapter" in caplog.text


def test_a_check_of_a_monitor_that_there_is_not_is_not_confirmed(environ: dict[str, str]) -> None:
    with pytest.raises(VendorError, match="MONITOR is not set"):
        connected(create(environ).services, "custom")


@pytest.mark.parametrize(
    ("settings", "module", "sentence"),
    [
        (OWN_MAIL, "def connect(s, t): return object()", "MAILER='custom.mail:connect': object lacks check, deliver. "
         "Outgoing in functions/mail/__init__.py says what each is."),
        (OWN_MAIL, MAIL.replace("deliver(self, mail)", "deliver(self)"), "deliver has to take (mail), and takes ()."),
        (OWN_MAIL | {"SMTP_URL": "smtp://a.example"}, MAIL, "SMTP_URL and MAILER='custom.mail:connect' are two"),
        ({"MAILER": "custom.mail:connect"}, MAIL, "Set MAIL_FROM: the address that the portal's emails come from."),
        ({"MAILER": "sendgrid"}, "", "MAILER='sendgrid' is not one of: smtp, or custom.MODULE:FUNCTION."),
        ({"MONITOR": "custom.mail:connect"}, MAIL, "MONITOR='custom.mail:connect': Mail lacks readings. Source in "
         "functions/monitors/source.py says what each is."),
        ({"MONITOR": "custom.mail:connect"}, "", "MONITOR='custom.mail:connect': custom.mail has no 'connect'."),
        (OWN_MAIL | {"PREVIEW": "1"}, MAIL, "MAILER is set, and PREVIEW=1: a preview has the built-in vendors"),
    ],
)  # fmt: skip
def test_a_mistake_in_ones_own_mail_or_monitor_is_a_sentence(
    environ: dict[str, str], settings: dict[str, str], module: str, sentence: str
) -> None:
    Path("custom/mail.py").write_text(module)

    assert sentence in "\n".join(said(environ | settings))
