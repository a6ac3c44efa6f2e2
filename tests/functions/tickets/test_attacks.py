"""What an attacker tries with tickets; ticket_guards.py takes each guard out and shows that its test then fails."""

import base64
import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from functions import outbox
from functions.errors import VendorError
from functions.helpdesks import Notice
from functions.helpdesks.built_in import BuiltIn
from functions.services import Services
from functions.tickets import contents, ledger, markup, poll, uploads
from portal.models import ORGANISATION_SCOPE, Requester
from portal.tickets import Draft, Thread, Ticket, files, note
from tests.conftest import ADA, BEN, Browser
from tests.functions.inbox import Inbox, listening

MESSAGE = {"topic": "getting-in", "subject": "Locked out", "body": "I cannot sign in since Monday."}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20 + b"IEND\xaeB`\x82"
CHIEF = Requester("sub-chief", "chief@customer.example", "Chief", "customer", frozenset({ORGANISATION_SCOPE}))
STRANGER = Requester("sub-eve", "eve@evil.example", "Eve", "evil", frozenset({ORGANISATION_SCOPE}))


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # Nothing here depends on the engine.
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture(scope="module")
def mail() -> Iterator[tuple[Inbox, str]]:
    with listening() as found:
        yield found


@pytest.fixture
def environ(environ: dict[str, str], mail: tuple[Inbox, str]) -> dict[str, str]:
    mail[0].forget()
    settings = {"SMTP_URL": mail[1], "MAIL_FROM": "portal@acme.example", "SUPPORT_MAILBOX": "help@acme.example"}
    # Small enough that the test's own client keeps it in memory.
    return environ | settings | {"BODY_LIMIT": "400000"}


@pytest.fixture
def reference(browser: Browser, sign_in) -> str:
    """Ada's ticket."""
    sign_in(browser, ADA)
    return reference_in(browser.post("/api/tickets", data=MESSAGE))


def reference_in(answer: TestResponse) -> str:
    found = re.search(r"ref=([0-9A-Z-]{9})", answer.headers["Location"])
    assert found
    return found[1]


def reference_in_json(answer: TestResponse) -> str:
    return str(answer.json["location"]).partition("ref=")[2].partition("&")[0]


def upload(browser: Browser, name: str, data: bytes, path: str = "/api/tickets", **more: str) -> TestResponse:
    form: dict[str, Any] = MESSAGE | more | {"files": [(BytesIO(data), name)]}
    return browser.post(path, data=form, content_type="multipart/form-data", headers={"Accept": "application/json"})


# Other people's tickets


@pytest.mark.parametrize("who", [BEN, STRANGER], ids=["a colleague", "another organisation's chief"])
def test_nobody_reads_a_foreign_ticket_by_its_number(browser: Browser, sign_in, reference: str, who: Requester):
    sign_in(browser, who)

    assert browser.get(f"/my/ticket/?ref={reference}").status_code == 404
    assert browser.get(f"/my/ticket/file/?ref={reference}&m=0&n=0").status_code == 404
    assert reference not in browser.get("/my/tickets/?whose=organisation").text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/api/tickets/reply", {"body": "I take this over."}),
        ("/api/tickets/status", {"status": "solved"}),
        ("/api/tickets/rating", {"good": "no"}),
    ],
)
@pytest.mark.parametrize("who", [BEN, CHIEF, STRANGER], ids=["colleague", "chief", "stranger"])
def test_nobody_changes_a_foreign_ticket(
    browser: Browser, services: Services, sign_in, reference: str, path: str, form: dict[str, str], who: Requester
):
    sign_in(browser, who)

    assert browser.post(path, data=form | {"ref": reference}).status_code == 404
    assert services.store.all("select * from ticket_reply") == []
    assert services.store.one("select good from ticket") == {"good": None}


def test_only_the_claim_shows_the_organisations_tickets(browser: Browser, sign_in, reference: str):
    sign_in(browser, CHIEF)
    assert 'href="/my/tickets/?whose=organisation"' in browser.get("/my/tickets/").text
    listed, page = browser.get("/my/tickets/?whose=organisation"), browser.get(f"/my/ticket/?ref={reference}")

    assert reference in listed.text
    assert page.status_code == 200
    assert MESSAGE["body"] in page.text
    assert "/api/tickets/reply" not in page.text


def test_an_address_in_the_form_is_not_who_asks(browser: Browser, services: Services, sign_in):
    sign_in(browser, BEN)
    form = {"email": ADA.email, "subject_id": ADA.subject, "account": "evil", "requester": ADA.email}
    browser.post("/api/tickets", data=MESSAGE | form)

    row = services.store.one("select subject_id, email, account from ticket")
    assert row == {"subject_id": BEN.subject, "email": BEN.email, "account": BEN.account}


def test_an_edited_cookie_is_nobody(browser: Browser, services: Services, sign_in, reference: str):
    name = services.settings.cookie_name
    cookie = browser.get_cookie(name, domain="127.0.0.1")
    assert cookie
    value, _, signature = cookie.value.rpartition(".")
    session = services.store.one("select id from session")
    assert session
    forged = base64.urlsafe_b64encode(f'"{session["id"]}"'.encode()).decode().rstrip("=")
    for edited in (f"{forged}.{signature[::-1]}", f"{value}.{'A' * 27}", session["id"]):
        browser.set_cookie(name, edited, domain="127.0.0.1")
        assert browser.get(f"/my/ticket/?ref={reference}").headers["Location"].startswith("/api/signin")


def test_the_desk_itself_is_asked_as_the_owner(browser: Browser, services: Services, sign_in, reference: str):
    """A desk's number of somebody else's ticket in our ledger shows nothing."""
    secret = Draft("getting-in", "Secret", "Only Ben knows.")
    foreign = services.desk.create(Ticket("k" * 16, "AAAA-AAAA", BEN, secret, 1))
    services.store.run("update ticket set desk_ref = :ref", ref=foreign)

    assert "Only Ben knows." not in browser.get(f"/my/ticket/?ref={reference}").text


def test_a_foreign_ticket_costs_the_same_queries_as_none(browser: Browser, services: Services, sign_in, reference: str):
    sign_in(browser, BEN)
    seen: list[list[str]] = []
    execute = services.store._execute

    def counted(sql: str, parameters: dict[str, Any]) -> Any:
        seen[-1].append(sql)
        return execute(sql, parameters)

    services.store._execute = counted  # type: ignore[method-assign]
    pages = []
    for which in (reference, "AAAA-AAAA"):
        seen.append([])
        pages.append(browser.get(f"/my/ticket/?ref={which}"))

    assert seen[0] == seen[1]
    assert pages[0].status_code == pages[1].status_code == 404
    assert len(pages[0].data) == len(pages[1].data)


def test_nobody_uses_up_the_desks_patience_with_everybody(
    signing: "Signing", browser: Browser, sign_in, reference: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ledger, "LOOKS", 3)
    pages = [browser.get(f"/my/ticket/?ref={reference}") for _ in range(5)]
    file = browser.get(f"/my/ticket/file/?ref={reference}&m=0&n=0")

    assert signing.looked == 3
    assert [page.status_code for page in pages] == [200] * 5
    assert "Too many attempts." in pages[4].text
    assert MESSAGE["body"] in pages[4].text
    assert "Too many attempts." in browser.get("/my/tickets/").text
    assert file.status_code == 429


# A relay for spam


def test_a_form_of_a_stranger_sends_no_mail_and_makes_no_ticket(
    browser: Browser, services: Services, mail: tuple[Inbox, str]
):
    answer = browser.post("/api/tickets", data=MESSAGE | {"email": "victim@example.org"})
    outbox.deliver_due(services, float("inf"))

    # The page there does the check against robots, which this form has no answer to.
    assert answer.headers["Location"].startswith("/my/verify/?return=%2Fmy%2Fask%2F%3Fdraft%3D")
    assert mail[0].raw == []
    assert services.desk.queue() == []  # type: ignore[attr-defined]


def test_a_stranger_cannot_fill_the_disk_with_files(browser: Browser, services: Services):
    answer = upload(browser, "a.png", PNG)

    assert answer.status_code == 201
    assert services.store.all("select * from ticket_file") == []
    assert base64.b64encode(PNG).decode()[:20] not in str(services.store.all("select * from draft"))


def test_a_stranger_has_a_limit(browser: Browser):
    answers = [browser.post("/api/tickets", data=MESSAGE).status_code for _ in range(21)]

    assert answers == [303] * 20 + [429]


@pytest.fixture
def open_portal(environ: dict[str, str]) -> None:
    environ["TICKETS_ANONYMOUS"] = "open"


def test_an_open_form_mails_nobody_and_tells_the_agent(
    open_portal: None, browser: Browser, services: Services, sign_in, mail: tuple[Inbox, str]
):
    browser.post("/api/tickets", data=MESSAGE | {"email": ADA.email})
    assert isinstance(services.desk, BuiltIn)
    (thread,) = services.desk.queue()
    services.desk.answer(thread.reference, "Here is help.", "pending")
    services.store.run("update ticket set looked_at = 0")
    poll.poll(services, float("inf"))
    outbox.deliver_due(services, float("inf"))
    sign_in(browser, ADA)

    assert mail[0].raw == []
    assert "Email address: not verified" in services.desk.messages(thread.desk_ref, private=True)[1].body
    assert thread.reference not in browser.get("/my/tickets/").text


def test_an_open_form_says_that_it_takes_no_files(open_portal: None, browser: Browser, services: Services):
    answer = upload(browser, "a.png", PNG, email=ADA.email)

    assert answer.status_code == 422
    assert "only after you sign in" in answer.json["fields"]["files"]
    assert services.store.all("select * from ticket") == []


def test_the_thanks_say_nothing_that_somebody_wrote_into_an_address(browser: Browser):
    assert browser.get("/my/ask/sent/?ref=AAAA-2222").status_code == 200
    assert browser.get("/my/ask/sent/?ref=555-0100 call us").status_code == 404


ISSUER = {"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "portal", "OIDC_CLIENT_SECRET": "s" * 32}


@pytest.mark.parametrize(
    ("way", "issuer"),
    [("/api/tickets", ISSUER), ("/api/tickets/send", ISSUER), ("/my/ask/?draft=x", ISSUER), ("/my/ask/?draft=x", {})],
)
def test_with_off_a_proven_address_is_not_enough(
    environ: dict[str, str], tmp_path: Path, way: str, issuer: dict[str, str]
):
    from functions.app import Portal
    from functions.settings import read
    from functions.signin import sessions

    services = Services(read(environ | issuer | {"TICKETS_ANONYMOUS": "off"}))
    services.store.migrate()
    browser = Browser(Portal(services))
    browser.set_cookie("portal", sessions.start(services, ADA, {"level": "address"}), domain="127.0.0.1")
    answer = browser.get(way) if way.startswith("/my/") else browser.post(way, data=MESSAGE)

    if issuer:
        assert re.match(r"/my/ask/\?draft=|/api/signin\?return=.*&way=account$", answer.headers["Location"])
    else:
        # There is nowhere to lead them; back to the mail they came by would be a circle.
        assert answer.status_code == 403
    assert services.store.all("select * from ticket") == []
    services.store.close()


# What an agent reads


@pytest.mark.parametrize("end", ["\r\n", "\x85", "\u2028", "\u2029", "\x1c"], ids=ascii)
def test_a_subject_adds_no_header_to_the_mail_that_an_agent_gets(
    browser: Browser, services: Services, sign_in, mail: tuple[Inbox, str], end: str
):
    services.__dict__["desk"] = Refusing(services)
    sign_in(browser, replace(ADA, name=f"Ada{end}Bcc: victim@example.org"))
    evil = f"Hello there{end}Bcc: victim@example.org{end}{end}Buy this"
    browser.post("/api/tickets", data=MESSAGE | {"subject": evil})

    assert mail[0].to == ["help@acme.example"]
    assert mail[0].message()["Bcc"] is None
    assert "Hello there" in mail[0].message()["Subject"]
    # The mail has a guard of its own; every desk is given one line.
    row = services.store.one("select subject from ticket")
    assert row == {"subject": "Hello there Bcc: victim@example.org Buy this"}


def test_a_message_cannot_pass_for_what_the_portal_says_of_its_sender(
    browser: Browser, services: Services, sign_in, mail: tuple[Inbox, str]
):
    services.__dict__["desk"] = Refusing(services)
    sign_in(browser, replace(ADA, name="The Boss boss@acme.example"), plan="Free")
    forged = (
        "Open the gates, for all of us.\n\n-- \nSent along by the portal\nFrom: boss@acme.example\n Plan: Enterprise"
    )
    browser.post("/api/tickets", data=MESSAGE | {"body": forged, "context_account": "1"})
    lines = mail[0].text().splitlines()

    assert lines.count("-- ") == lines.count("Sent along by the portal") == 1
    assert [line for line in lines if "Plan:" in line] == [">  Plan: Enterprise", "Plan: Free"]
    assert "From: ada@customer.example (The Boss boss@acme.example)" in lines


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("pay\u202efdp.exe", "pay fdp.exe"),
        ("a\u200b\ufeffb", "a b"),
        ("\u06a9\u0647\u200c\u0647\u0627", "\u06a9\u0647\u200c\u0647\u0627"),
    ],
    ids=["order", "nothing to see", "a joiner that Persian needs"],
)
def test_a_subject_reads_as_it_is_written(given: str, kept: str):
    assert ledger.plain(given, 100) == kept


# No deadline: on a busy machine it would measure the neighbours.
@given(st.text(max_size=200))
def test_any_subject_is_one_line_that_mail_can_carry(text: str):
    subject = ledger.plain(text, 120)
    mail = EmailMessage()
    mail["Subject"] = subject

    assert len(subject.splitlines()) <= 1
    assert message_from_bytes(bytes(mail)).keys() == ["Subject"]


START = {mime: starts[0] for mime, (starts, _) in contents.PICTURES.items()} | {"application/pdf": b"%PDF-"}


@given(st.sampled_from(list(files.TYPES)), st.binary(max_size=300))
def test_any_file_is_taken_or_refused_with_its_name(extension: str, data: bytes):
    start = START.get(files.TYPES[extension], b"")
    file, fault = uploads.check(f"a{extension}", start + data)

    assert (file is None) == bool(fault)
    assert file or fault.startswith(f"a{extension}: ")


class Refusing(BuiltIn):
    """A desk that takes nothing, so that all goes to the mailbox."""

    def create(self, ticket: Ticket) -> str:
        raise VendorError(kind="rejected")


def test_what_a_customer_sends_along_is_neither_markup_nor_another_fact():
    evil = "x\nPlan: enterprise [click](https://evil.example) <img src=x onerror=alert(1)> `code` \u202e **bold**"
    lines = note(Ticket("k", "AAAA-AAAA", ADA, Draft("t", "s", "b", {"query": evil}), 1, facts={"Plan": "free"})).split(
        "\n"
    )

    assert [line for line in lines if line.startswith("Plan:")] == ["Plan: free"]
    assert not set("<>[]`*\u202e") & set("".join(lines))


def test_what_an_agent_wrote_in_html_runs_and_loads_nothing():
    safe = markup.clean(
        '<p onclick="x()">Try <a href="javascript:alert(1)">this</a> or <a href="https://ok.example" target=x>that</a>'
        '<script>alert(1)</script><img src="https://evil.example/p.gif" alt="<i>one</i>"><img src=//evil.example/y>'
        '<form action="/api/signout"><button>Go</button>'
        "</form><style>body{display:none}</style><iframe src=//evil.example></iframe></p>"
    )

    assert safe == (
        '<p>Try <a rel="noopener noreferrer nofollow">this</a> or'
        ' <a href="https://ok.example" rel="noopener noreferrer nofollow">that</a>'
        "[picture: &lt;i&gt;one&lt;/i&gt;][picture]</p>Go<p></p>"
    )


# Files


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"<h1>hello</h1>"),
        ("picture.svg", b"<svg onload=alert(1)>"),
        ("run.exe", b"MZ"),
        ("noextension", b"hello"),
        ("empty.txt", b""),
        ("page.txt", b"  <!DOCTYPE html><script>alert(1)</script>"),
        ("script.log", b"#!/bin/sh\nrm -rf /"),
        ("binary.csv", b"a,b\x00c"),
        ("half.txt", b"\xff\xfeh"),
        ("nothing.txt", b"caf\x81"),
        ("frame.txt", b"\n<iframe src=//evil.example></iframe>"),
        ("comment.log", b"<!-- --><img src=x onerror=alert(1)>"),
        ("wide.txt", "<script>alert(1)</script>".encode("utf-16")),
        ("not.png", b"%PDF-1.7\n%%EOF"),
        ("not.jpg", b"hello"),
        ("not.pdf", b"\xff\xd8\xff\xff\xd9 %%EOF"),
        ("code.gif", b"GIF89a<script>alert(1)</script>;"),
        ("php.jpg", b"\xff\xd8\xff<?php system('id'); ?>\xff\xd9"),
        ("archive.jpg", b"\xff\xd8\xff\xff\xd9PK\x03\x04" + b"x" * 40 + b"PK\x05\x06" + b"\x00" * 18),
        ("tail.png", PNG + b"and something else"),
        ("active.pdf", b"%PDF-1.7 << /S /JavaScript /JS (app.alert(1)) >> %%EOF"),
        ("hidden.pdf", b"%PDF-1.7 << /S /J#61vaScr#69pt /JS (app.alert(1)) >> %%EOF"),
        ("half.pdf", b"%PDF-1.7"),
        ("archive7.jpg", b"\xff\xd8\xff picture \xff\xd9Rar!\x1a\x07\x00"),
        ("drawing.png", PNG[:-8] + b"<svg onload=alert(1)>" + PNG[-8:]),
        ("not.webp", b"RIFF\x04\x00\x00\x00WAVE"),
        ("tail.webp", b"RIFF\x04\x00\x00\x00WEBPand something else"),
    ],
)
def test_a_file_that_is_not_what_we_take_is_refused_by_name(
    browser: Browser, services: Services, sign_in, name: str, data: bytes
):
    sign_in(browser)
    answer = upload(browser, name, data)

    assert answer.status_code == 422
    assert name in answer.json["fields"]["files"]
    assert services.store.all("select * from ticket") == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", PNG),
        ("a.JPG", b"\xff\xd8\xff\xe0 picture \xff\xd9 SEFT trailer of a phone"),
        ("a.gif", b"GIF89a;"),
        ("a.webp", b"RIFF\x0c\x00\x00\x00WEBPVP8 data"),
        ("a.pdf", b"%PDF-1.7\n... \n%%EOF\n"),
        ("a.txt", "Grüße, 設定".encode()),
        ("excel.csv", "Größe;Straße\r\n1;2".encode("cp1252")),
        ("notepad.log", "Größe \x1b[31mrot\x1b[0m".encode("utf-16")),
        ("a.csv", b"\xef\xbb\xbfa;b\n1;2\n"),
    ],
)
def test_what_customers_have_to_show_is_taken(browser: Browser, services: Services, sign_in, name: str, data: bytes):
    sign_in(browser)

    assert upload(browser, name, data).status_code == 201
    (thread,) = services.desk.tickets(ADA)
    assert services.desk.file(ADA, thread.desk_ref, 0, 0).data == data  # type: ignore[attr-defined]


def test_more_than_ten_files_are_refused(browser: Browser, sign_in):
    sign_in(browser)
    form: dict[str, Any] = MESSAGE | {"files": [(BytesIO(PNG), f"{n}.png") for n in range(11)]}
    answer = browser.post("/api/tickets", data=form, content_type="multipart/form-data")

    assert answer.status_code == 422


def test_more_than_the_limit_is_refused_unread(browser: Browser, services: Services, sign_in):
    sign_in(browser)

    assert upload(browser, "a.txt", b"x" * services.settings.body_limit).status_code == 413


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ada\\shot.png", "shot.png"),
        ("invoice.exe.png", "invoice_exe.png"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ('"><script>.png', "_script_.png"),
        ("gnp\u202e.txt", "gnp.txt"),
        ("con.txt", "_con.txt"),
        ("x" * 300 + ".png", "x" * 96 + ".png"),
        ("...", "file"),
    ],
)
def test_a_files_name_is_only_a_name(given: str, cleaned: str):
    assert uploads.clean_name(given) == cleaned


def test_a_file_comes_back_as_something_to_keep(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    location = upload(browser, "Bild ä.png", PNG).json["location"]
    reference = location.partition("ref=")[2].partition("&")[0]
    answer = browser.get(f"/my/ticket/file/?ref={reference}&m=0&n=0")

    assert answer.data == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    for wrong in ("m=0&n=1", "m=1&n=0", "m=-1&n=0", "m=x&n=", ""):
        assert browser.get(f"/my/ticket/file/?ref={reference}&{wrong}").status_code == 404


def test_a_picture_is_shown_and_nothing_else_is(browser: Browser, services: Services, sign_in):
    sign_in(browser)
    shown = {}
    page = b"<!doctype html><script>alert(1)</script>"
    for name, data, claimed in (("a.png", PNG, "image/png"), ("b.png", page, "image/png")):
        reference = reference_in_json(upload(browser, "a.png", PNG, subject=f"Picture {name}"))
        # An agent's file may hold anything under any type.
        services.store.run(
            "update desk_file set data = :data, type = :type where message_id in (select m.id from desk_message m join"
            " desk_ticket t on t.id = m.ticket_id where t.reference = :ref)",
            data=base64.b64encode(data).decode(),
            type=claimed,
            ref=reference,
        )
        address = f"/my/ticket/file/?ref={reference}&m=0&n=0"
        assert (
            f'<img src="{address.replace("&", "&amp;")}&amp;show=1"' in browser.get(f"/my/ticket/?ref={reference}").text
        )
        shown[name] = browser.get(f"{address}&show=1").headers

    assert shown["a.png"]["Content-Type"] == "image/png"
    assert shown["a.png"]["Content-Disposition"] == "inline"
    assert shown["a.png"]["Cache-Control"] == "private, max-age=600"
    assert shown["b.png"]["Content-Type"] == "application/octet-stream"
    assert shown["b.png"]["Content-Disposition"].startswith("attachment; ")
    for headers in shown.values():
        assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


# Webhooks and other sites


class Signing(BuiltIn):
    """A desk with signed webhooks: the HMAC of the raw body, then the number of the ticket."""

    looked = 0

    def notice(self, headers: Any, body: bytes) -> Notice | None:
        given = {name.lower(): value for name, value in headers.items()}.get("x-signature", "")
        if not hmac.compare_digest(given, sign(body)):
            raise VendorError(kind="authentication")
        delivery, ref, own = body.decode().split()
        return Notice(ref, delivery.strip("-"), own == "own")

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        self.looked += 1
        return super().ticket(requester, desk_ref)


def sign(body: bytes) -> str:
    return hmac.new(b"secret", body, "sha256").hexdigest()


@pytest.fixture
def signing(services: Services) -> Signing:
    desk = services.__dict__["desk"] = Signing(services)
    return desk


def hook(browser: Browser, body: bytes, signature: str | None = None) -> int:
    headers = {"X-Signature": sign(body) if signature is None else signature, "Sec-Fetch-Site": "cross-site"}
    with browser.post("/api/desk/webhook", data=body, headers=headers) as answer:
        return answer.status_code


def test_a_webhook_says_look_again_and_only_once(
    signing: Signing, browser: Browser, services: Services, sign_in, mail: tuple[Inbox, str], reference: str
):
    (thread,) = signing.queue()
    signing.answer(reference, "Here is help.", "pending")
    body = f"delivery-1 {thread.desk_ref} no".encode()
    codes = [hook(browser, body) for _ in range(3)]
    outbox.deliver_due(services, float("inf"))

    assert codes == [204, 204, 204]
    assert signing.looked == 1
    assert mail[0].to == [ADA.email]
    assert mail[0].text().count("Here is help.") == 1


def test_a_webhook_that_nothing_tells_from_the_last_one_says_look_again_each_time(
    signing: Signing, browser: Browser, reference: str
):
    (thread,) = signing.queue()
    codes = [hook(browser, f"- {thread.desk_ref} no".encode()) for _ in range(3)]

    assert codes == [204, 204, 204]
    assert signing.looked == 3


def test_a_webhook_that_is_not_signed_does_nothing(signing: Signing, browser: Browser, reference: str):
    (thread,) = signing.queue()
    body = f"delivery-1 {thread.desk_ref} no".encode()

    assert hook(browser, body, "wrong") == 401
    assert hook(browser, body + b" ", sign(body)) == 401
    assert signing.looked == 0


def test_an_echo_of_our_own_does_nothing(signing: Signing, browser: Browser, reference: str):
    (thread,) = signing.queue()

    assert hook(browser, f"delivery-1 {thread.desk_ref} own".encode()) == 204
    assert signing.looked == 0


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/api/tickets", MESSAGE),
        ("/api/tickets/send", {"draft": "x"}),
        ("/api/tickets/reply", {"body": "Sent from elsewhere."}),
        ("/api/tickets/status", {"status": "solved"}),
        ("/api/tickets/rating", {"good": "no"}),
    ],
)
def test_another_site_cannot_act_for_a_customer(
    browser: Browser, services: Services, reference: str, path: str, form: dict[str, str]
):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = browser.post(path, data=form | {"ref": reference}, headers=headers)

    assert answer.status_code == 403
    assert services.store.one("select count(*) as n from ticket") == {"n": 1}
    assert services.store.all("select * from ticket_reply") == []
