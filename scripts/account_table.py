"""Writes .github/guides/account-links.md from the table in the code: `python -m scripts.account_table [--check]`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from portal.account import CARDS, LINKED, PROVIDERS, Link, Provider

FILE = Path(__file__).parent.parent / ".github" / "guides" / "account-links.md"
PROOF = {
    "here": "proven here",
    "fake": "proven at a fake",
    "documentation": "documentation only",
    "others": "used by others",
}
HEAD = """\
# Account links: each identity provider and each account job

Written by `python -m scripts.account_table` from `portal/account/providers.py`. Change the table there, not this page.

- **proven here**: a test opens it at the vendor's own software.
- **proven at a fake**: a test makes the call at a small server that was written from the vendor's documentation.
- **documentation only**: read in the vendor's documentation, never tried here. Try it in your own tenant before \
you rely on it.
- **used by others**: public code of others opens it, but we did not find this address in the vendor's \
documentation. It may change without notice.
- **your URL**: the provider has no page for it, or we could not confirm one. Give the card a `url` in \
`extra.portal.account.cards`, or it is left out.

Your own `url` comes before the provider's row, for every job and every provider. Any other provider works the \
same way: leave `provider` out and give each card a `url`.
"""
NOTES = """\
## What is filled in

| Placeholder | Is |
|---|---|
| `{at}` | `extra.portal.account.at` |
| `{user}` | the signed-in customer's subject (`sub`) |
| `{org}` | their account claim, never their email's domain |
| `{client_id}` | `OIDC_CLIENT_ID` |
| `{back}` | the account page, to return to |

`{user}` and `{org}` come from the identity provider's claims only. A card that needs one is \
shown only to signed-in customers who have it. Every value is percent-encoded, and none goes into the host name.

When a customer comes back, the portal reads what it shows from the provider again. It does not trust the address \
they come back with: a customer can remove `kc_action` from a request and type `kc_action_status`.
"""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.account_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when the page is not current; write nothing")
    if not parser.parse_args(argv).check:
        return write(FILE)
    if FILE.exists() and FILE.read_text("utf-8") == page():
        return 0
    print(f"{FILE.name} is not current: run python -m scripts.account_table", file=sys.stderr)
    return 1


def write(file: Path) -> int:
    """Write the page; a second run changes nothing."""
    file.write_text(page(), "utf-8")
    return 0


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, "\n".join(_table()), "", "## What each row does", "", "\n".join(_details()), NOTES])


def _table() -> Iterator[str]:
    yield f"| Provider | {' | '.join(CARDS[job].title for job in LINKED)} |"
    yield f"|---{'|---' * len(LINKED)}|"
    for provider in PROVIDERS.values():
        cells = [_cell(provider.jobs.get(job)) for job in LINKED]
        yield f"| {provider.name} | {' | '.join(cells)} |"
    yield f"| any other | {' | '.join('your URL' for _ in LINKED)} |"
    yield f"| SCIM 2.0, in the portal | {' | '.join(_scim(job) for job in LINKED)} |"


def _cell(link: Link | None) -> str:
    return PROOF[link.proof] if link else "your URL"


def _scim(job: str) -> str:
    return "proven here" if job in ("profile", "team") else "-"


def _details() -> Iterator[str]:
    for key, provider in PROVIDERS.items():
        yield f"### {provider.name}\n"
        yield f"`provider: {key}`. Documentation: <{provider.source}>."
        if provider.at:
            yield f"\n`at`: {provider.at}."
        if provider.needs:
            yield f"\nEnvironment of the functions: {', '.join(f'`{name}`' for name in provider.needs)}."
        yield "\n| Job | What happens | |\n|---|---|---|"
        yield from _rows(provider)
        yield ""


def _rows(provider: Provider) -> Iterator[str]:
    for job in LINKED:
        link = provider.jobs.get(job)
        if link:
            yield f"| {CARDS[job].title} | {_what(link)} | {PROOF[link.proof]} |"
        out = (provider.signed_out or {}).get(job)
        if out:
            yield f"| {CARDS[job].title}, signed out | {_what(out)} | {PROOF[out.proof]} |"
    if provider.signed_out == {}:
        yield "| Password, signed out | the provider's sign-in page, which has a link for it | documentation only |"


def _what(link: Link) -> str:
    kinds = {"url": "opens", "authorize": "a sign-in request with", "server": "a call from the functions:"}
    return f"{kinds[link.kind]} `{link.value}`"


if __name__ == "__main__":
    raise SystemExit(main())
