"""The vendors that the portal speaks to, a row each: what an operator calls it, where it is, and what it needs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Vendor(NamedTuple):
    """`family` is the folder of functions/ with its interface, `name` the word in the settings, `title` its name for
    people, `module` where its `connect(settings, services)` is, `needs` the variables that must be set and what each
    is. `hosts`: where a billing system's pages are (a needed variable in braces stands for its value), or where the
    script of a check against robots comes from."""

    family: str
    name: str
    title: str
    module: str
    needs: Mapping[str, str] = MappingProxyType({})
    hosts: tuple[str, ...] = ()


VENDORS = (
    Vendor("helpdesks", "built_in", "Built-in", "functions.helpdesks.built_in"),
    Vendor(
        "helpdesks",
        "email",
        "Email",
        "functions.helpdesks.email",
        {
            "SUPPORT_MAILBOX": "the address of the team's mailbox",
            "SMTP_URL": "the mail server, e.g. smtps://user:password@mail.acme.com",
        },
    ),
    Vendor(
        "helpdesks",
        "request_tracker",
        "Request Tracker 5",
        "functions.helpdesks.request_tracker",
        {
            "RT_URL": "its address, e.g. https://rt.acme.com",
            "RT_USER": "the user that was made for the portal",
            "RT_TOKEN": "an authentication token of that user",
        },
    ),
    Vendor(
        "helpdesks",
        "zendesk",
        "Zendesk",
        "functions.helpdesks.zendesk",
        {
            "ZENDESK_SUBDOMAIN": "the first part of acme.zendesk.com",
            "ZENDESK_CLIENT_ID": "the identifier of an OAuth client made for the portal",
            "ZENDESK_CLIENT_SECRET": "its secret",
        },
    ),
    Vendor(
        "helpdesks",
        "help_scout",
        "Help Scout",
        "functions.helpdesks.help_scout",
        {
            "HELPSCOUT_APP_ID": "the App ID of an OAuth application made for the portal",
            "HELPSCOUT_APP_SECRET": "its secret",
            "HELPSCOUT_MAILBOX": "the number of the inbox, as in its address",
        },
    ),
    Vendor(
        "helpdesks",
        "intercom",
        "Intercom",
        "functions.helpdesks.intercom",
        {
            "INTERCOM_TOKEN": "the access token of an app made for the portal",
            "INTERCOM_TICKET_TYPE": "the number of the ticket type for the portal's tickets",
            "INTERCOM_ADMIN": "the number of the teammate in whose name the portal writes notes",
        },
    ),
    Vendor(
        "helpdesks",
        "front",
        "Front",
        "functions.helpdesks.front",
        {
            "FRONT_TOKEN": "an API token made for the portal",
            "FRONT_INBOX": "the id of the shared inbox for the portal's tickets, inb_...",
            "FRONT_ADDRESS": "the email address of that inbox",
        },
    ),
    Vendor(
        "helpdesks",
        "freshdesk",
        "Freshdesk",
        "functions.helpdesks.freshdesk",
        {
            "FRESHDESK_DOMAIN": "the first part of acme.freshdesk.com",
            "FRESHDESK_KEY": "the API key of an agent made for the portal",
        },
    ),
    Vendor(
        "billers",
        "stripe",
        "Stripe",
        "functions.billers.stripe",
        {"STRIPE_KEY": "a restricted key (rk_...), with the rights that the operators' guide lists"},
        hosts=("billing.stripe.com", "pay.stripe.com"),
    ),
    Vendor(
        "billers",
        "chargebee",
        "Chargebee",
        "functions.billers.chargebee",
        {
            "CHARGEBEE_SITE": "the first part of acme.chargebee.com",
            "CHARGEBEE_KEY": "a full-access API key of the site, made for the portal",
        },
        hosts=("{CHARGEBEE_SITE}.chargebee.com",),
    ),
    Vendor(
        "billers",
        "recurly",
        "Recurly",
        "functions.billers.recurly",
        {
            "RECURLY_SUBDOMAIN": "the first part of acme.recurly.com",
            "RECURLY_KEY": "a private API key, made for the portal",
        },
        hosts=("{RECURLY_SUBDOMAIN}.recurly.com",),
    ),
    Vendor("bots", "altcha", "ALTCHA", "functions.bots.altcha"),
    Vendor(
        "bots",
        "turnstile",
        "Cloudflare Turnstile",
        "functions.bots.turnstile",
        {
            "TURNSTILE_SITEKEY": "the site key of your Turnstile widget",
            "TURNSTILE_SECRET": "the secret key of your Turnstile widget",
        },
        hosts=("https://challenges.cloudflare.com",),
    ),
    Vendor("bots", "none", "No check", "functions.bots.none"),
)


def family(name: str) -> dict[str, Vendor]:
    """The vendors of a family, by name."""
    return {vendor.name: vendor for vendor in VENDORS if vendor.family == name}


def connector(kind: str, name: str) -> str:
    """The `module:function` that connects a vendor; a name with a colon is an adopter's own (`custom.desk:connect`)."""
    return name if ":" in name else f"{family(kind)[name].module}:connect"
