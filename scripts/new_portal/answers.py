"""The five things that a new portal is asked for, and what is wrong with an answer."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal import addresses, urls

PARTS = ("articles", "status", "billing", "tickets", "account", "changelog", "community")
# What works without a vendor: billing and account want one, community people.
AT_FIRST = ("articles", "status", "tickets", "changelog")


class Wrong(ValueError):
    """An answer that cannot be used; `str()` says why and what to write instead."""


@dataclass(frozen=True)
class Answers:
    """What a new portal begins with."""

    product: str
    name: str
    address: str
    email: str
    parts: tuple[str, ...] = AT_FIRST
    # For CODEOWNERS, such as @nordwind/support, and for SECURITY.md; without the second it is `email`.
    team: str = ""
    security: str = ""
    # The starter library; and examples of the rest, which begin a portal's own changelog and status page.
    articles: bool = True
    examples: bool = False


@dataclass(frozen=True)
class Question:
    """One of the five, with what stands in brackets as the answer of an empty line."""

    words: str
    check: Callable[[str], object]
    usual: Callable[[Mapping[str, str]], str] = lambda _: ""


def text(answer: str) -> str:
    """One line with something in it."""
    if not answer.strip() or not answer.strip().isprintable():
        raise Wrong(f"{answer!r} is not a name. Write one line of text.")
    return answer.strip()


def address(answer: str) -> str:
    """An https address, with a slash at its end."""
    found = answer.strip()
    parts = urlsplit(found)
    if not urls.is_safe(found) or parts.query or parts.fragment:
        raise Wrong(f"{answer!r} is not an address for customers. Write one such as https://help.example.com/.")
    return found.rstrip("/") + "/"


def email(answer: str) -> str:
    """An email address."""
    found = addresses.checked(answer.strip())
    if found is None:
        raise Wrong(f"{answer!r} is not an email address. Write one such as support@example.com.")
    return found


def parts(answer: str) -> tuple[str, ...]:
    """Names of parts with commas between."""
    names = [name.strip() for name in answer.split(",") if name.strip()]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise Wrong(f"There is no part {', '.join(map(repr, unknown))}. The parts are {', '.join(PARTS)}.")
    if "community" in names:
        raise Wrong("The community needs four answers first: switch it on in mkdocs.yml, which asks for them.")
    return tuple(name for name in PARTS if name in names)


def team(answer: str) -> str:
    """A team or a person of GitHub, or nothing."""
    if answer and not re.fullmatch(r"@[\w-]+(/[\w.-]+)?", answer):
        raise Wrong(f"{answer!r} is not a team. Write one such as @nordwind/support.")
    return answer


QUESTIONS = {
    "product": Question("What is your product called?", text),
    "name": Question("What is its help centre called?", text, lambda known: f"{known['product']} Help"),
    "address": Question("Which address will customers type? (https://help.example.com/)", address),
    "email": Question("Which email address do people read? (support@example.com)", email),
    "parts": Question(f"Which parts? ({', '.join(PARTS[:-1])})", parts, lambda _: ", ".join(AT_FIRST)),
}


def asked(given: Mapping[str, str], ask: Callable[[str], str], say: Callable[[str], None]) -> dict[str, str]:
    """An answer to each question: those that are given, and for the others what `ask` returns, until it is right."""
    found = dict(given)
    for name, question in QUESTIONS.items():
        while name not in found:
            usual = question.usual(found)
            answer = ask(f"{question.words}{f' [{usual}]' if usual else ''} ").strip() or usual
            try:
                question.check(answer)
                found[name] = answer
            except Wrong as error:
                say(str(error))
    return found


def read(
    given: Mapping[str, str], *, team_of: str = "", security: str = "", articles: bool = True, examples: bool = False
) -> Answers:
    """The answers, checked; raises an ExceptionGroup with a Wrong for every mistake."""
    values: dict[str, object] = {}
    mistakes: list[Wrong] = []
    extra = [("team", team, team_of), ("security", email, security)] if security else [("team", team, team_of)]
    asked_for: Iterable[tuple[str, Callable[[str], object], str]] = [
        *((name, question.check, given.get(name, "")) for name, question in QUESTIONS.items()),
        *extra,
    ]
    for name, check, answer in asked_for:
        try:
            values[name] = check(answer)
        except Wrong as error:
            mistakes.append(Wrong(f"--{name}: {error}"))
    if mistakes:
        raise ExceptionGroup("mistakes in the answers", mistakes)
    return Answers(**values, articles=articles, examples=examples)  # type: ignore[arg-type]
