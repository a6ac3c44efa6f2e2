"""Addresses that lead to signing in and back to a page."""

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from functions.http import is_local_path
from portal.addresses import is_by_mail

if TYPE_CHECKING:
    from functions.services import Services

RETURN_LENGTH = 2000

# What an account shows beside the requests of a proven address: path -> words.
MORE = {"my/billing/": "billing", "my/account/": "account settings"}


def return_path(path: str, services: "Services") -> str:
    """`path` when it is a page of this portal, else the customer's own front page."""
    # As a browser and the server read it: both take `.` and `..` out, and the server reads %61 as a, and %2f as a
    # slash that a static host then redirects by.
    plain = unquote(path.partition("?")[0])
    ours = path.startswith(services.base) and not plain.startswith(services.url("api/"))
    ours = ours and is_local_path(plain) and not {".", ".."} & set(plain.split("/"))
    return path if ours and is_local_path(path) and len(path) <= RETURN_LENGTH else services.url("my/")


def way_in(services: "Services", back: str) -> str:
    """The address that signs someone in with the product's account and returns to the path `back`."""
    return services.url(f"api/signin?return={quote(back, safe='')}&way=account")


def way_in_again(services: "Services", back: str) -> str:
    """As `way_in`, for somebody who is signed in already: the provider asks them once more who they are."""
    return f"{way_in(services, back)}&again=1"


def by_mail(services: "Services", back: str) -> str:
    """The address that signs someone in by a mail, without an account, and returns to the path `back`."""
    return services.url(f"my/verify/?return={quote(back, safe='')}")


def mail_link(services: "Services", subject: str, path: str) -> str:
    """The address of a personal page in an email; without an account it leads through sign-in by mail."""
    page = services.url(path)
    here = by_mail(services, page) if is_by_mail(subject) else page
    return services.settings.public_origin + here
