"""The email with an answer: who answered, what they wrote, and a button; the emails of one request form a thread."""

from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from functions.mail import look
from functions.pages import environment
from functions.signin import ways
from functions.tickets import ledger, markup
from portal.addresses import normalise
from portal.tickets import plain
from portal.tickets.links import pieces

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row
    from portal.tickets import Message, Thread

# Of a longer answer the email has the beginning.
TEXT_MOST = 20_000
SUBJECT_MOST = 200
# Where the sender is the address that people read, an email to it is a request of its own.
UNREAD = "Please don't reply to this email: we wouldn't see it. Reply on your request's page instead."
READ = "Please reply on your request's page rather than by email, so that everything stays in one conversation."
SOLVE = "You can also mark it as solved there."


def answer(services: "Services", row: "Row", thread: "Thread") -> dict[str, Any]:
    """The payload of the email about a request's answers since `row` was read, without their text when ANSWER_IN_MAIL
    is off."""
    answers = [one for one in thread.messages if one.author == "agent" and one.at > row["agent_at"]]
    link = ways.mail_link(services, row["subject_id"], f"my/ticket/?ref={row['reference']}")
    who = _who(services, answers)
    shown = answers if services.settings.answer_in_mail else []
    words = {"who": who, "link": link, "reference": row["reference"], "how": _how(services)}
    brand = look.look(services.portal)
    title = ledger.plain(row["subject"] or thread.subject, SUBJECT_MOST)
    return {
        "to": row["email"],
        "subject": f"Re: {title} [{row['reference']}]",
        "text": _text(words, shown),
        "html": environment()
        .get_template("tickets/answer_mail.html")
        .render(title=title, answers=[_shown(one) for one in shown], brand=brand, **words),
        "message_id": f"answer-{row['reference']}-{services.now()}",
        "thread": f"request-{row['reference']}",
    }


def _who(services: "Services", answers: "list[Message]") -> str:
    """ "Mia from Acme support", without a name where the desk tells none."""
    team = f"{services.portal['product']} support"
    name = plain.first_name(answers[-1].name) if answers else ""
    return f"{name} from {team}" if name else team


def _how(services: "Services") -> str:
    """How to answer, and how to mark the request as solved where the desk takes that."""
    settings = services.settings
    sender = normalise(parseaddr(settings.mail_from)[1])
    read = {normalise(address) for address in (settings.support_mailbox, services.portal["support_email"]) if address}
    how = READ if sender in read else UNREAD
    return f"{how} {SOLVE}" if services.desk.capabilities.solves else how


def _text(words: dict[str, str], answers: "list[Message]") -> str:
    said = "\n\n".join(plain.text(one).strip()[:TEXT_MOST] for one in answers)
    body = f"\n{said}\n" if said else ""
    return (
        f"{words['who']} replied to your request {words['reference']}.\n{body}\n"
        f"Reply or see the whole conversation:\n{words['link']}\n\n"
        f"{words['how']}\n"
    )


def _shown(message: "Message") -> dict[str, Any]:
    if message.html and not message.body:
        return {"html": markup.clean(message.html[:TEXT_MOST]), "pieces": []}
    return {"html": "", "pieces": list(pieces(message.body[:TEXT_MOST]))}
