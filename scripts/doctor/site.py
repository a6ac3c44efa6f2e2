"""The live site as a customer meets it: headers, search, the ways to status and to help, and no chatbot."""

import re
from collections.abc import Callable

from scripts.doctor import Answer, Check, Found, Portal, articles, bad, good, unknown

# Hosts of chat widgets and of assistants that answer by themselves.
CHATS = re.compile(
    r"(widget\.intercom\.io|js\.driftt\.com|client\.crisp\.chat|embed\.tawk\.to|static\.zdassets\.com|js\.hs-scripts\.com"
    r"|kapa\.ai|widget\.gleap\.io|cdn\.voiceflow\.com|cdn\.botpress\.cloud|chatbase\.co|fin\.intercom)"
)
HASH = re.compile(r" 'sha(256|384|512)-[A-Za-z0-9+/=]+'")
ASK = "Add --url https://help.example.com/"


def pages(portal: Portal) -> dict[str, Answer]:
    """One page of each kind, by its name."""
    paths = {"home": "", "the page of a wrong address": "no-such-page/"}
    if written := portal.bundle["articles"]:
        paths["an article"] = written[0]["url"].removeprefix(portal.bundle["base_path"])
    for part, path in (
        ("tickets", "ask/"),
        ("status", "status/"),
        ("changelog", "changelog/"),
        ("account", "my/account/"),
    ):
        if portal.part(part):
            paths[part if part != "tickets" else "the contact form"] = path
    return {name: portal.page(path) for name, path in paths.items()}


def on_each(portal: Portal, has: Callable[[Answer], bool], passes: str, lacks: str, do: str) -> Found:
    """Whether each kind of page has something."""
    if not portal.url:
        return unknown("the live site was not asked", ASK)
    without = [name for name, page in pages(portal).items() if not has(page)]
    return bad(f"{lacks}: {', '.join(without)}", do) if without else good(passes)


def headers(portal: Portal) -> Found:
    if not portal.url:
        return unknown("the live site was not asked", ASK)
    wanted = next(iter(portal.built("headers.json").values()))
    home = portal.page("")
    wrong = [name for name, value in wanted.items() if not _is_as_strict(home.headers.get(name.lower(), ""), value)]
    if wrong:
        return bad(
            f"the site is served without {', '.join(wrong)} as the build wrote them",
            "Deploy the host's rules with each build: they hold the hashes of that build's scripts.",
        )
    return good(f"all {len(wanted)} as in the build")


def _is_as_strict(served: str, wanted: str) -> bool:
    """Whether a header is what the build wrote; a host may allow more scripts of its own by their hashes."""
    return HASH.sub("", served) == HASH.sub("", wanted) and set(wanted.split()) <= set(served.split())


def search(portal: Portal) -> Found:
    return on_each(
        portal,
        lambda page: 'role="search"' in page.text or "role=search" in page.text,
        "on each kind of page",
        "no search on",
        "Deploy the whole build, 404.html and the functions' shell included.",
    )


def status(portal: Portal) -> Found:
    if not portal.part("status"):
        return bad(
            "the status page is switched off",
            "Set `parts: status` in mkdocs.yml, and name what is watched in status/components.yml.",
        )
    there = portal.page("status/").url if portal.url else ""
    return on_each(
        portal,
        lambda page: there in page.links() or page.url == there,
        "one click away on each kind of page",
        "no link to the status page on",
        "Keep the header of the theme, which has it.",
    )


def ask(portal: Portal) -> Found:
    if not portal.part("tickets"):
        return bad("customers cannot ask from inside the portal", "Set `parts: tickets` in mkdocs.yml, and HELPDESK.")
    there = portal.page("ask/").url if portal.url else ""
    return on_each(
        portal,
        lambda page: any(link.startswith(there) for link in page.links()) or page.url == there,
        "one click away on each kind of page",
        "no way to ask on",
        "Keep the header and the footer of the theme, which have it.",
    )


def chatbot(portal: Portal) -> Found:
    if not portal.url:
        return unknown("the live site was not asked", ASK)
    found = {match[0] for page in pages(portal).values() for match in CHATS.finditer(page.text)}
    proven = {"articles": articles.unreviewed, "search": search, "finding an article": articles.found}
    unproven = [what for what, check in proven.items() if portal.found(check).state != "pass"]
    if found and unproven:
        return bad(
            f"a chat of {', '.join(sorted(found))} is on the site, and what it would repeat is not proven:"
            f" {', '.join(unproven)}",
            "Take it out until these rows pass: it repeats what is wrong, and hides the rest.",
        )
    if unproven:
        return good(f"none; leave it so until these rows pass: {', '.join(unproven)}")
    return good(f"a chat of {', '.join(sorted(found))}, on proven content" if found else "none, and content is proven")


CHECKS = (
    Check("headers", "Headers of the site", headers),
    Check("search", "Search on every page", search, stage=1, mistake=1),
    Check("ask", "A way to ask from inside", ask, stage=3, mistake=3),
    Check("status", "Status one click away", status, stage=2, mistake=4),
    Check("chatbot", "No chatbot on unproven content", chatbot, stage=4, mistake=8),
)
