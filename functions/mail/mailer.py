"""The portal's emails as messages: sender, date and id, and what keeps automatic answers away."""

from email.message import EmailMessage
from email.utils import formataddr, formatdate, parseaddr

from functions.errors import VendorError
from functions.mail import Outgoing
from portal.addresses import checked


class Mailer:
    """Hands emails from `sender` to what takes them; None where the portal sends none."""

    def __init__(self, outgoing: Outgoing | None, sender: str) -> None:
        self._outgoing = outgoing
        self._sender = _in_ascii(sender)

    @property
    def configured(self) -> bool:
        """Whether emails leave at all."""
        return self._outgoing is not None

    def check(self) -> None:
        """Whether emails would be taken, without sending one; raises VendorError that says what went wrong."""
        self._there().check()

    def send(self, to: str, subject: str, text: str, message_id: str, html: str = "", thread: str = "") -> None:
        """Send one mail, plain or with the same in HTML; the same `message_id` marks a second delivery. Those of one
        `thread` stand together in email programs.

        Raises VendorError."""
        address = checked(to)
        if address is None:  # kept by an older version, which took more for an address
            raise VendorError("We couldn't deliver the email.", "rejected", detail="the recipient is no address")
        mail = EmailMessage()
        mail["To"] = address
        mail["Subject"] = subject
        mail["Auto-Submitted"] = "auto-generated"
        if thread:  # nothing was sent under this id: all answer the same one
            mail["In-Reply-To"] = mail["References"] = self._id(thread)
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        self.post(mail, message_id)

    def post(self, mail: EmailMessage, message_id: str) -> None:
        """Send a mail that has everything but its sender, date and id; raises VendorError."""
        mail["From"] = self._sender
        mail["Date"] = formatdate()
        mail["Message-ID"] = self._id(message_id)
        self._there().deliver(mail)

    def _there(self) -> Outgoing:
        if self._outgoing is None:
            raise VendorError("This help centre sends no emails.", "unsupported", detail="SMTP_URL is not set")
        return self._outgoing

    def _id(self, name: str) -> str:
        return f"<{name}@{self._sender.rpartition('@')[2].strip('>')}>"


def _in_ascii(mailbox: str) -> str:
    """`Name <address>` or an address alone, its domain in ASCII: SMTP takes no other."""
    name, address = parseaddr(mailbox)
    known = None if mailbox.isascii() else checked(address)
    return formataddr((name, known)) if known else mailbox
