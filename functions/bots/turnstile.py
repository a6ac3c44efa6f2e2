"""Cloudflare Turnstile (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/)."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from functions.errors import VendorError

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

API = "https://challenges.cloudflare.com"
ACTION = "verify"
TIMEOUT_SECONDS = 5
LONGEST = 2048


def connect(settings: "Settings", services: "Services") -> "Turnstile":
    environ = settings.environ
    api = environ.get("TURNSTILE_API", "") if settings.loopback else ""
    host = urlsplit(settings.public_origin).hostname or ""
    return Turnstile(environ["TURNSTILE_SITEKEY"], environ["TURNSTILE_SECRET"], host, api or API)


class Turnstile:
    name = "turnstile"

    def __init__(self, sitekey: str, secret: str, host: str, api: str) -> None:
        self._sitekey = sitekey
        self._secret = secret
        self._host = host
        self._api = api.rstrip("/")

    def puzzle(self) -> str:
        """The site key; verify.js loads Cloudflare's script once the customer has begun to type."""
        return self._sitekey

    def passes(self, answer: str) -> bool:
        if not answer or len(answer) > LONGEST:
            return False
        found = self._verify(answer)
        # A good token of another page, or of another site with the same key, is not an answer to this form.
        return found.get("success") is True and found.get("hostname") == self._host and found.get("action") == ACTION

    def _verify(self, answer: str) -> dict[str, Any]:
        """Their answer, always 200; the customer's address stays here. Raises VendorError without one."""
        try:
            response = requests.post(
                f"{self._api}/turnstile/v0/siteverify",
                data={"secret": self._secret, "response": answer},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
            response.raise_for_status()
            found = response.json()
        except (requests.RequestException, ValueError) as error:
            raise VendorError(
                "We couldn't check that you aren't a robot. Try again in a minute.",
                detail=f"Turnstile: {type(error).__name__}",
            ) from error
        if not isinstance(found, dict):
            raise VendorError(detail="Turnstile: the answer is not an object")
        return found
