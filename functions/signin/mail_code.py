"""The email that proves an address: a fixed text with a link and a six-digit code.

Link and code are made from the signing key and the row, again for every try of the delivery. So the store never holds
them, the outbox neither, and a second delivery carries the same ones.
"""

import hmac
import re
import unicodedata
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from functions.mail import delivery, look
from functions.pages import environment, when
from functions.signin import drafts
from portal.clock import MINUTE_MS

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

VALID_MS = 15 * MINUTE_MS
# The email's fixed words: nothing that stands in a form may be sent to a typed address.
SIGNING_IN = {
    "subject": "Sign in to {product} support",
    "why": "Someone, probably you, asked to sign in to {product} support with this email address.",
    "button": "Open the sign-in page",
    "not_you": "If this wasn't you, ignore this email: nobody can sign in without it.",
}
ASKING = {
    "subject": "Confirm your email to send your question to {product} support",
    "why": "Someone, probably you, wrote to {product} support with this email address. Confirm it to send it.",
    "button": "Confirm your email",
    "not_you": "If this wasn't you, ignore this email: nothing is sent without it.",
}
DIGITS = 6
# Of a pasted email the beginning; the code is in its first lines.
LONGEST = 2000
# Patterns that few requests need are compiled by the first that does.
# What stands between the digits of one number: spaces, dashes, dots, and what nobody sees.
SEPARATORS = r"[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u2010-\u2015\u2212\u30fb\u30fc\uff0d._·-]"
# Where the digits may stand, the likeliest first: unbroken, not in a longer word such as a link's, anywhere.
RUN = rf"[0-9](?:{SEPARATORS}{{0,4}}[0-9])*"
ALONE = rf"(?<![A-Za-z0-9_=-]){RUN}(?![A-Za-z0-9_=-])"
BARE = r"(?<![A-Za-z0-9_=-])[0-9]{6}(?![A-Za-z0-9_=-])"


def token(key: str, row_id: str, nonce: str) -> str:
    """The token in an email's link: 256 bits that only the signing key can make."""
    return urlsafe_b64encode(_mac(key, "link", row_id, nonce)).decode().rstrip("=")


def code(key: str, row_id: str, nonce: str) -> str:
    """The six digits of an email."""
    return f"{int.from_bytes(_mac(key, 'code', row_id, nonce)) % 1_000_000:06d}"


def page_id(key: str, page_key: str, address: str) -> str:
    """The secret id of the page for the code, from the key that only the asking form's page knows."""
    return urlsafe_b64encode(_mac(key, "page", page_key, address)[:24]).decode()


def typed(text: str) -> str:
    """The six digits in what a customer typed or pasted: in any script, with spaces, dashes or words around them; all
    digits when no six stand together."""
    plain = "".join(_ascii_digit(character) for character in text[:LONGEST])
    for pattern in (BARE, ALONE, RUN):
        for run in re.findall(pattern, plain):
            digits = re.sub(SEPARATORS, "", run)
            if len(digits) == DIGITS:
                return digits
    return re.sub("[^0-9]", "", plain)


def token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def code_hash(key: str, row_id: str, code: str) -> str:
    """Keyed, and bound to its row: a million codes are quickly tried against a plain hash."""
    return _mac(key, "code hash", row_id, code).hex()


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `mail.verify`: payload verify (the row's id) and nonce; a mail that came too late is not sent."""
    row = services.store.one(
        "select * from verify where id = :id and nonce = :nonce and token_hash is not null and expires_at > :now",
        id=payload["verify"],
        nonce=payload["nonce"],
        now=services.now(),
    )
    if row is None:
        return
    # The keys may have been changed between asking and this try.
    for key in services.settings.secret_keys:
        link = token(key, row["id"], row["nonce"])
        if hmac.compare_digest(token_hash(link), row["token_hash"]):
            delivery.deliver(services, _message(services, row, link, code(key, row["id"], row["nonce"])))
            return


def _message(services: "Services", row: "Row", link_token: str, digits: str) -> dict[str, Any]:
    product = services.portal["product"]
    asks = drafts.behind(services, row["back"]) is not None
    words = {name: text.format(product=product) for name, text in (ASKING if asks else SIGNING_IN).items()}
    link = services.absolute(f"my/verify/open/?token={link_token}")
    until = when(row["expires_at"])
    spaced = f"{digits[:3]} {digits[3:]}"
    text = (
        f"{words['why']}\n\n"
        f"Open this page to continue:\n{link}\n\n"
        f"Or enter this code on the page where you asked for it: {spaced}\n\n"
        f"You can use either one, once, until {until}.\n\n"
        f"{words['not_you']} We will never ask you for this code.\n"
    )
    html = environment().get_template("signin/mail_code.html")
    brand = look.look(services.portal)
    return {
        "to": row["address"],
        "subject": words["subject"],
        "text": text,
        "html": html.render(product=product, link=link, code=spaced, until=until, words=words, brand=brand),
        "message_id": f"verify-{row['nonce']}",
    }


def _ascii_digit(character: str) -> str:
    """A digit of any script as ours (also full-width and in a circle); any other character as it is."""
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


def _mac(key: str, *parts: str) -> bytes:
    return hmac.new(key.encode(), "\n".join(("verify", *parts)).encode(), sha256).digest()
