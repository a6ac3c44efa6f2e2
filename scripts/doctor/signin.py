"""Signing in: the identity provider, and email with its codes and answers."""

from functions.errors import VendorError
from scripts.doctor import Check, Found, Portal, Refused, asked, bad, connected, good, unknown


def identity(portal: Portal) -> Found:
    settings = portal.services.settings
    offered = portal.bundle["parts"].get("sign_in", True)
    if not offered and (settings.oidc_issuer or settings.mail_sign_in):
        return unknown(
            "customers could sign in, and no page offers it",
            "Take `sign_in: false` out of mkdocs.yml, and build again.",
        )
    if not offered:
        return good("nobody can sign in, and no page offers it")
    if not settings.oidc_issuer:
        if settings.mail_sign_in:
            return unknown(
                "customers sign in by email alone, so nobody sees billing",
                "Set OIDC_ISSUER once your product has an identity provider.",
            )
        return bad(
            "nobody can sign in: neither OIDC_ISSUER nor SMTP_URL is set",
            "Set one of the two, or `sign_in: false` in mkdocs.yml, which takes it off every page.",
        )
    try:
        provider = connected(portal, "identity")
    except Refused as refused:
        return bad(
            str(refused),
            "Run the doctor with the portal's Python, which has its packages: .venv/bin/python -m scripts.doctor",
        )
    do = "See that OIDC_ISSUER is the provider's exact issuer, and that this machine reaches it."
    return asked(provider.check, f"{settings.oidc_issuer} answers", do)


def mail(portal: Portal) -> Found:
    settings = portal.services.settings
    if not settings.sends_mail:
        return bad(
            "no email leaves: SMTP_URL is not set",
            "Without it nobody hears of answers or incidents, and nobody can ask without an account.",
        )
    what = "the server of SMTP_URL" if settings.smtp_url else f"MAILER={settings.mailer}"
    try:
        portal.services.mailer.check()
    except VendorError as error:
        return bad(
            f"{what} does not take email ({error.detail or error.public})",
            "Check its host, port, user and password, and that this network may send.",
        )
    return good(f"{what} takes email from {settings.mail_from}")


CHECKS = (
    Check("identity", "Identity provider", identity, stage=3),
    Check("mail", "Email", mail, stage=3),
)
