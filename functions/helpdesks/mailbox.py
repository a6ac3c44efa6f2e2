"""The support mailbox: gets tickets that the help desk does not take, with the key that the desk would have had.

The mail is from the portal and never from the customer's domain, whose rules would throw it away; an answer to it goes
to the customer.
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from functions.errors import VendorError
from portal.addresses import checked
from portal.tickets import File, Reply, Ticket, note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.services import Services
    from portal.models import Requester


CONTEXT = "X-Portal-Context"
# Beginnings of the portal's own lines, which agents trust; compiled by the first ticket that is mailed.
OURS = r"(?i)\W*(--\s*$|sent (along by|from) the portal|from:|account:|plan:|role:|portal (key|reference):)"
NOT_TAKEN = "The help desk did not take this message from the portal. It may be there as well, under the same key."


def ticket(services: "Services", given: Ticket, why: str = NOT_TAKEN) -> None:
    """Mail a ticket; the same ticket again has the same Message-ID. Raises VendorError, `unsupported` without a mail
    server or SUPPORT_MAILBOX."""
    text = f"{_quoted(given.draft.body)}\n\n-- \n{why}\nFrom: {_who(given.requester)}\n{note(given)}\n"
    subject = f"[{given.reference}] {given.draft.subject}"
    _send(services, subject, text, given.key, given.requester, given.files, {CONTEXT: _machine_fields(given)})


def reply(
    services: "Services", requester: "Requester", reference: str, subject: str, given: Reply, why: str = NOT_TAKEN
) -> None:
    """Mail a customer's further message on ticket `reference`; as `ticket`."""
    state = "\nThe customer calls it solved.\n" if given.solves else ""
    facts = f"Portal reference: {reference}\nPortal key: {given.key}"
    text = f"{_quoted(given.body)}\n{state}\n-- \n{why}\nFrom: {_who(requester)}\n{facts}\n"
    _send(services, f"Re: [{reference}] {subject}", text, given.key, requester, given.files)


def _send(
    services: "Services",
    subject: str,
    text: str,
    key: str,
    requester: "Requester",
    files: "Iterable[File]",
    headers: "Mapping[str, str] | None" = None,
) -> None:
    mailbox = services.settings.support_mailbox
    if not mailbox or not services.mailer.configured:
        raise VendorError(
            "This portal sends no email.",
            "unsupported",
            detail="set SUPPORT_MAILBOX and SMTP_URL, so that tickets wait less",
        )
    # Imported here: every first ticket of a cold function passes this module, and few are mailed.
    from email.headerregistry import Address
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["To"] = checked(mailbox) or mailbox
    # A subject from a desk may have a line end, which would begin another header; mail servers refuse long lines.
    mail["Subject"] = " ".join(subject.split())[:200]
    for name, value in (headers or {}).items():
        mail[name] = value
    local, _, domain = requester.email.rpartition("@")
    try:
        mail["Reply-To"] = Address(requester.name[:100], local, domain)
    except (ValueError, IndexError):
        del mail["Reply-To"]  # an address that no header can hold; it is in the text
    mail.set_content(text)
    for file in files:
        kind, _, subtype = file.type.partition("/")
        mail.add_attachment(file.data, maintype=kind, subtype=subtype, filename=" ".join(file.name.split()))
    services.mailer.post(mail, key)


def _machine_fields(given: Ticket) -> str:
    """`name=value` pairs for rules of the mailbox; values are percent-encoded, so that none adds a pair."""
    facts = {name.lower(): value for name, value in given.facts.items() if name in {"Plan", "Role"}}
    known = {"reference": given.reference, "key": given.key, "topic": given.draft.topic}
    known |= {"account": given.requester.account or "", "article": given.draft.context.get("article", "")} | facts
    return "; ".join(f"{name}={quote(value[:80])}" for name, value in known.items() if value)


def _who(requester: "Requester") -> str:
    """The verified address first: customers choose their names."""
    return f"{requester.email} ({requester.name})" if requester.name else requester.email


def _quoted(body: str) -> str:
    """The customer's text, with a mark before each line that looks like one of the portal's own."""
    return "\n".join(f"> {line}" if re.match(OURS, line) else line for line in body.splitlines())
