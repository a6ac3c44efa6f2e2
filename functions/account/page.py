"""The account page: a card for each thing that a customer can change without asking us."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.wrappers import Response

from functions import pages
from functions.http import Request, see_other
from functions.signin import sessions
from functions.signin.ways import way_in
from portal import account as accounts
from portal import menu

if TYPE_CHECKING:
    from functions.services import Services

PAGE = "my/account/"
# Jobs that have a page of their own in the portal; with SCIM two more do.
OWN_PAGES = {"sessions": "my/account/sessions/", "notifications": "my/account/notifications/"}
SCIM_PAGES = {"profile": "my/account/profile/", "team": "my/account/team/"}
SIGN_IN_HELP = "getting-in/cant-sign-in"
# The jobs for someone signed in by email: an address alone must not change an account.
BY_ADDRESS = {"notifications", "sessions", "lost_device"}
ADMINS = "Only an admin of your account can do this. Ask one of them."
NEEDS_ACCOUNT = "You're signed in by email only. Sign in with your account to do this."
# Claims this young were read by the sign-in a moment ago and are not read again.
JUST_NOW_MS = 10_000
INVITED = "We sent the invitation by email."
BACK = {
    "": "These are your latest details. If you made a change, it can take a few minutes to show.",
    "unread": "We couldn't load your latest details, so this page may be out of date.",
    "unfinished": "Nothing seems to have changed. You can try again at any time.",
}


@dataclass(frozen=True)
class Shown:
    """A card on the page: `href` is a page of the portal, without it a form posts `job`; `blocked` says why this
    customer cannot use it."""

    job: str
    card: accounts.Card
    article: dict[str, Any] | None
    href: str = ""
    button: str = ""
    blocked: str = ""
    invites: bool = False

    @property
    def leaves(self) -> bool:
        """Whether its button leads to the product or to its sign-in page."""
        return not (self.href or self.blocked or self.invites)


def page(request: Request, services: "Services") -> Response:
    """GET /my/account/: the cards; claims are read again when someone returns from the provider."""
    back_from = request.args.get("job", "")
    session, notice = _read(request, services, back_from)
    if session is None and notice:
        # The provider gives claims only in a sign-in; with an open session there it shows no page.
        return see_other(way_in(services, services.url(f"{PAGE}?job={back_from}")))
    known = {article["id"]: article for article in services.portal["articles"]}
    shown = cards(services, session, known)
    return pages.render(
        services,
        "Your account",
        "account/page.html",
        session=session,
        by_address=session is not None and by_address(session),
        cards=shown,
        away=session is not None and any(card.leaves for card in shown),
        help=known.get(SIGN_IN_HELP),
        notice=notice,
        signin=way_in(services, services.url(PAGE)) if services.settings.oidc_issuer else "",
        parents=(pages.HUB,),
        leads_away=True,
    )


def cards(services: "Services", session: sessions.Session | None, known: dict[str, dict[str, Any]]) -> list[Shown]:
    """The cards for this customer, without the jobs that this portal has not set up."""
    settings = services.portal.get("account") or {}
    shown = []
    for job, card in accounts.CARDS.items():
        article = known.get(accounts.article(settings, job))
        if _is_off(settings, job) or (session is None and card.who != "anyone"):
            continue
        way = _way(services, session, job, card)
        if way is not None and not (job == "lost_device" and article is None):
            shown.append(Shown(job, card, article, blocked=blocked(session, job), **way))
    return shown


def blocked(session: sessions.Session | None, job: str) -> str:
    """Why this person may not do a job, as a sentence, or nothing."""
    card = accounts.CARDS[job]
    if session is None or card.who == "anyone":
        return ""
    if by_address(session) and job not in BY_ADDRESS:
        return NEEDS_ACCOUNT
    if card.who == "account_admin" and not accounts.is_admin(session.claims):
        return ADMINS
    return ""


def by_address(session: sessions.Session) -> bool:
    """Whether the session was opened by email, so that only the address is known."""
    return session.claims.get("level") == "address"


def offers_scim(services: "Services") -> bool:
    """Whether profile and team are changed inside the portal."""
    return bool(services.settings.environ.get("SCIM_URL", "").strip())


def offers_emails(services: "Services") -> bool:
    """Whether the portal sends emails that customers can choose: about requests, changes or components."""
    parts = services.portal["parts"]
    components = (services.portal.get("status") or {}).get("components")
    return any(parts.get(part, True) for part in ("tickets", "changelog")) or bool(
        parts.get("status", True) and components
    )


def _way(
    services: "Services", session: sessions.Session | None, job: str, card: accounts.Card
) -> dict[str, Any] | None:
    """The card's link or button, or None without a target."""
    own = OWN_PAGES | (SCIM_PAGES if offers_scim(services) else {})
    if job == "notifications" and not offers_emails(services):
        return None
    if job in own:
        return {"href": services.url(own[job]), "button": card.button}
    if job == "lost_device" and menu.missing("ask/", services.portal["parts"]):
        return {"href": f"mailto:{services.portal['support_email']}", "button": "Email us to get back in"}
    if job == "lost_device":
        topic = quote(accounts.CARDS[job].article.partition("/")[0])
        return {"href": services.url(f"ask/?topic={topic}"), "button": "Contact support to get back in"}
    link = accounts.link(services.portal.get("account") or {}, job, session is not None and not by_address(session))
    if link is None and job == "password" and session is None and services.settings.oidc_issuer:
        return {"href": way_in(services, services.url(PAGE)), "button": "Go to the sign-in page"}
    if link is None:
        return None
    return {"button": card.button, "invites": link.value.endswith(":invitation")}


def _read(request: Request, services: "Services", back_from: str) -> tuple[sessions.Session | None, str]:
    """The session, read again at the provider when someone comes back from there, and what to say of it."""
    if back_from not in accounts.LINKED:
        return sessions.current(request, services), INVITED if request.args.get("done") == "invited" else ""
    # What happened at the provider is never taken from the address: it can be typed.
    known = sessions.current(request, services, None)
    session = sessions.current(request, services, JUST_NOW_MS) or sessions.current(request, services, None)
    if session is None:
        return None, BACK[""] if known else ""
    if services.now() - session.claims_at > JUST_NOW_MS:
        return session, BACK["unread"]
    return session, BACK["unfinished" if request.args.get("outcome") == "unfinished" else ""]


def _is_off(settings: dict[str, Any], job: str) -> bool:
    return bool(((settings.get("cards") or {}).get(job) or {}).get("hidden"))
