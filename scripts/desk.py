"""The agent's side of the built-in help desk: `python -m scripts.desk list|show|files|reply|close`; and of every help
desk, `check`: what is wrong with its set-up."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from functions.errors import StoreError, VendorError
from functions.helpdesks.built_in import BuiltIn
from functions.services import Services
from functions.tickets import ledger, news
from portal.tickets import STATUS_WORDS, Status
from scripts.lib.environment import services as environment


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    with environment() as services:
        if arguments.command == "check":
            return _check(services)
        if services.settings.helpdesk != "built_in":
            print(f"HELPDESK is {services.settings.helpdesk}: answer tickets there.", file=sys.stderr)
            return 2
        try:
            return _run(services, BuiltIn(services), arguments)
        except (VendorError, StoreError) as error:
            print(getattr(error, "public", str(error)), file=sys.stderr)
            return 1


def _run(services: Services, desk: BuiltIn, arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "list":
            _list(desk)
        case "show":
            _show(desk, arguments.reference)
        case "files":
            _files(desk, arguments.reference, Path(arguments.folder))
        case "reply":
            text = (arguments.text if arguments.text is not None else sys.stdin.read()).strip()
            if not text:
                print("The reply is empty; write it after the number, or on standard input.", file=sys.stderr)
                return 2
            answer(services, desk, arguments.reference, text, "pending", arguments.name)
        case "close":
            answer(services, desk, arguments.reference, arguments.text or "", "solved", arguments.name)
    return 0


def answer(services: Services, desk: BuiltIn, reference: str, text: str, status: Status, name: str = "") -> None:
    """Add an agent's answer, set the status, and tell the customer by mail where the portal sends any."""
    with services.store.transaction():
        row = desk.answer(reference, text, status, name)
        known = services.store.one("select * from ticket where desk_ref = :id", id=row["id"])
        # The answer is in the portal either way; the mail is sent once for each answer, if the customer wants it.
        thread = desk.ticket(ledger.requester_of(known), row["id"]) if text and known else None
        if known and thread and ledger.saw(services, known, thread):
            news.announce(services, known, thread)
    print(f"{row['reference']} is now: {STATUS_WORDS[status]}")


def _check(services: Services) -> int:
    """Check credentials, scopes, fields and queues at the desk, without writing anything there."""
    try:
        faults = services.desk.check()
    except VendorError as error:
        faults = [f"{error.detail or error.public}."]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"HELPDESK={services.settings.helpdesk} is set up.")
    return 1 if faults else 0


def _list(desk: BuiltIn) -> None:
    threads = desk.queue()
    if not threads:
        print("No tickets yet.")
    for thread in threads:
        print(
            f"{thread.reference}  {STATUS_WORDS[thread.status]:<27} {_when(thread.updated_at)}  {_safe(thread.subject)}"
        )


def _show(desk: BuiltIn, reference: str) -> None:
    row = desk.look_up(reference)
    status: Status = row["status"]
    print(f"{row['reference']}  {_safe(row['subject'])}")
    print(f"From {_safe(row['name'])} <{row['email']}>, account {row['account'] or '-'}, topic {row['topic']}")
    print(f"{STATUS_WORDS[status]}\n")
    for message in desk.messages(row["id"], private=True):
        print(f"--- {message.author}, {_when(message.at)}\n{_safe(message.body)}")
        for file in message.files:
            print(f"[{_safe(file.name)}, {file.size:,} bytes]")
        print()


def _files(desk: BuiltIn, reference: str, folder: Path) -> None:
    """Save the customer's files; an existing file is never overwritten."""
    row = desk.look_up(reference)
    folder.mkdir(parents=True, exist_ok=True)
    for file in desk.files(row["id"]):
        place = folder / Path(file.name).name
        if place.exists():
            print(f"{place} is there already and was left alone.")
        else:
            place.write_bytes(file.data)
            print(place)


def _safe(text: str) -> str:
    """A customer's text without control characters, which a terminal would execute."""
    return "".join(
        character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _when(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.desk", description="Answer the tickets of the built-in help desk, or check any desk."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="what is wrong with the set-up of HELPDESK, whichever it is")
    commands.add_parser("list", help="every ticket, the unsolved first")
    for name, what in (
        ("show", "one ticket with its messages"),
        ("files", "save a ticket's files in a folder"),
        ("reply", "answer it"),
        ("close", "mark it solved"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("reference")
        if name == "files":
            command.add_argument("folder")
        elif name != "show":
            command.add_argument(
                "text", nargs="?", help="the message" + (" (else from standard input)" if name == "reply" else "")
            )
            command.add_argument("--name", default="", help="your name; customers read the first name")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
