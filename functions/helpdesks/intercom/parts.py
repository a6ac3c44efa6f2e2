"""What was said in a ticket of Intercom's: its description, and the parts that its customer may see."""

from functions.helpdesks.rows import Row
from portal.tickets import Attachment, Message

TITLE, DESCRIPTION, KEY = "_default_title_", "_default_description_", "Portal key"
FILES = "Files that came with the next message of the customer"


def messages(ticket: Row, admin: str) -> list[Message]:
    """The public messages, oldest first. A customer's files are in the private notes that the portal wrote as `admin`:
    those of the description in the note with our key, those of a reply in the one before it."""
    key, at = ticket.text("ticket_attributes", KEY), ticket.moment("created_at")
    first: list[Attachment] = []
    said: list[Message] = []
    held: list[Attachment] = []
    for part in parts(ticket):
        if is_note(part) and part.text("author", "id") == admin:
            first += files(part) if key and key in part.text("body") else []
            held += files(part) if FILES in part.text("body") else []
        elif part.text("part_type") == "comment" and not part.flag("redacted"):
            message = _message(part)
            if message.author == "customer":
                message, held = message._replace(files=(*held, *message.files)), []
            said.append(message)
    return [Message("customer", ticket.text("ticket_attributes", DESCRIPTION), at, files=tuple(first)), *said]


def parts(ticket: Row) -> list[Row]:
    return sorted(ticket.rows("ticket_parts", "ticket_parts"), key=lambda one: one.moment("created_at"))


def is_note(part: Row) -> bool:
    return part.text("part_type") == "note"


def files(part: Row) -> list[Attachment]:
    return [one.attachment("name", "content_type", "filesize") for one in part.rows("attachments")]


def _message(part: Row) -> Message:
    author, name = part.text("author", "type"), part.text("author", "name")
    wrote = author == "user"
    return Message(
        "customer" if wrote else "agent", "", part.moment("created_at"), part.text("body"), tuple(files(part)), name
    )
