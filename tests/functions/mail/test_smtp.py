"""Mail: what leaves the portal, read as raw bytes at a real SMTP server."""

import email
import email.policy
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from socket import create_server

import pytest

from functions import outbox
from functions.errors import VendorError
from functions.mail import delivery, smtp
from functions.mail.mailer import Mailer
from functions.mail.smtp import MailServer
from functions.services import Services
from functions.settings import read
from tests.conftest import ADA, Browser
from tests.functions.inbox import Inbox, listening


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    with listening() as found:
        yield found


def test_a_mail_has_a_stable_id_and_no_injected_header(inbox: tuple[Inbox, str]):
    kept, url = inbox
    Mailer(MailServer(url), "support@acme.example").send(
        "ada@customer.example", "Ticket ABCD", "Überall gelesen.\n", "answer-1"
    )
    message = email.message_from_bytes(kept.raw[0], policy=email.policy.default)

    assert message["Message-ID"] == "<answer-1@acme.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().strip() == "Überall gelesen."
    with pytest.raises(ValueError, match="linefeed"):
        Mailer(MailServer(url), "support@acme.example").send(
            "ada@customer.example", "Hi\r\nBcc: all@x.example", "x", "y"
        )
    assert len(kept.raw) == 1


def test_domains_outside_ascii_reach_the_server_as_idna_2008_has_them(inbox: tuple[Inbox, str]):
    kept, url = inbox
    Mailer(MailServer(url), "Straße <hilfe@straße.example>").send(
        "Ada@faß.example", "Ticket ABCD", "Read it.", "answer-1"
    )
    message = email.message_from_bytes(kept.raw[0], policy=email.policy.default)

    assert kept.raw[0].isascii()
    assert message["To"] == "Ada@xn--fa-hia.example"
    assert message["From"] == "Straße <hilfe@xn--strae-oqa.example>"
    assert message["Message-ID"] == "<answer-1@xn--strae-oqa.example>"


def test_an_address_that_an_older_version_took_is_refused_for_good(inbox: tuple[Inbox, str]):
    with pytest.raises(VendorError) as error:
        Mailer(MailServer(inbox[1]), "support@acme.example").send("ädä@customer.example", "x", "y", "z")

    assert error.value.kind == "rejected"
    assert inbox[0].raw == []


def test_a_mail_server_whose_name_is_no_host_is_not_asked():
    with pytest.raises(VendorError):
        Mailer(MailServer("smtp://\N{SNOWMAN}.example"), "support@acme.example").send(
            "ada@customer.example", "x", "y", "z"
        )


def test_a_refused_address_is_final_and_a_missing_server_is_not():
    with pytest.raises(VendorError) as error:
        Mailer(MailServer("smtp://127.0.0.1:1"), "support@acme.example").send("a@b.example", "x", "y", "z")

    assert error.value.kind == "unavailable"


def test_a_refused_recipient_is_rejected(inbox: tuple[Inbox, str]):
    with pytest.raises(VendorError) as error:
        Mailer(MailServer(inbox[1]), "support@acme.example").send("blocked@customer.example", "x", "y", "z")

    assert error.value.kind == "rejected"


def test_a_server_that_wants_another_sign_in_is_asked_again(inbox: tuple[Inbox, str]):
    """While the password of SMTP_URL changes no email is given up, as it is for a mailbox that does not exist."""
    inbox[0].password_changed = True
    with pytest.raises(VendorError) as error:
        Mailer(MailServer(inbox[1]), "support@acme.example").send("ada@customer.example", "Hi", "Text", "one")

    assert error.value.kind == "unavailable"


def test_a_server_that_puts_a_sender_off_is_asked_again(inbox: tuple[Inbox, str]):
    inbox[0].down = True
    with pytest.raises(VendorError) as error:
        Mailer(MailServer(inbox[1]), "support@acme.example").send("ada@customer.example", "x", "y", "z")

    assert error.value.kind == "unavailable"


@pytest.mark.parametrize("shown", ["on", "off"])
def test_an_answer_is_in_its_email_unless_that_is_off(inbox: tuple[Inbox, str], environ: dict[str, str], shown: str):
    from functions.app import Portal
    from functions.helpdesks.built_in import BuiltIn
    from functions.signin.sessions import start
    from scripts import desk

    kept, url = inbox
    environ |= {"SMTP_URL": url, "MAIL_FROM": "Acme <support@acme.example>", "ANSWER_IN_MAIL": shown}
    services = Services(read(environ))
    services.store.migrate()
    client = Browser(Portal(services))
    client.set_cookie("portal", start(services, ADA, {}), domain="127.0.0.1")
    form = {"topic": "getting-in", "subject": "Locked out", "body": "I cannot sign in since Monday."}
    client.post("/api/tickets", data=form)
    number = services.desk.tickets(ADA)[0].reference
    for answer in ("Use <the> code, see https://acme.example/codes.", "And tell us."):
        desk.answer(services, BuiltIn(services), number, answer, "pending", "Chen, Mia")
        services.clock.at = services.now() + 1000
        outbox.deliver_due(services, deadline=float("inf"))
    outbox.purge(services, deadline=float("inf"))
    first, second = kept.message(0), kept.message(1)
    page = first.get_body(("html",))
    assert page
    html = page.get_content()

    assert first["Subject"] == second["Subject"] == f"Re: Locked out [{number}]"
    assert first["References"] == first["In-Reply-To"] == second["References"] == f"<request-{number}@acme.example>"
    assert first["Message-ID"] != second["Message-ID"]
    for text in (kept.text(0), html):
        assert "Mia from Acme support" in text
        assert "Chen" not in text
        assert f"http://127.0.0.1:8000/my/ticket/?ref={number}" in text
    assert ("Use <the> code, see https://acme.example/codes." in kept.text(0)) == (shown == "on")
    assert ('Use &lt;the&gt; code, see <a href="https://acme.example/codes">' in html) == (shown == "on")
    assert "Use <the> code" not in kept.text(1)
    # The text of an email is not kept once it was sent.
    assert {row["payload"] for row in services.store.all("select payload from outbox where kind = 'mail.send'")} == {
        "{}"
    }
    services.store.close()


def test_without_a_mail_server_a_mail_is_final(services: Services):
    with pytest.raises(VendorError) as error:
        delivery.deliver(services, {"to": "a@b.example", "subject": "x", "text": "y", "message_id": "z"})

    assert error.value.kind == "unsupported"


@pytest.mark.parametrize(
    ("scheme", "begins"),
    [("smtp", b"220-"), ("smtp", b""), ("smtps", b"\x16\x03\x03\x40\x00")],
    ids=["a greeting without an end", "silence", "a handshake without an end"],
)
def test_a_server_that_answers_byte_by_byte_or_not_at_all_is_left(
    monkeypatch: pytest.MonkeyPatch, scheme: str, begins: bytes
):
    monkeypatch.setattr(smtp, "MOST_SECONDS", 0.5)
    over = threading.Event()
    with create_server(("127.0.0.1", 0)) as listening:

        def trickle() -> None:
            line = listening.accept()[0]
            with line, suppress(OSError):
                line.sendall(begins)
                while not over.wait(0.05):
                    line.sendall(b"x" if begins else b"")

        thread = threading.Thread(target=trickle)
        thread.start()
        began = time.monotonic()
        with pytest.raises(VendorError) as error:
            Mailer(MailServer(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"), "a@acme.example").send(
                "b@b.example", "x", "y", "z"
            )
        took = time.monotonic() - began
        over.set()
        thread.join()

    assert error.value.kind == "unavailable"
    assert not error.value.alone
    assert took < 5
