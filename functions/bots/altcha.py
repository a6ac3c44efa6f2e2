"""ALTCHA, version 2 (https://altcha.org/docs/v2/): the browser computes for about a second; no vendor is called."""

import hmac
import json
import secrets
from typing import TYPE_CHECKING

import altcha

from functions.bots import used
from portal.clock import MINUTE_MS

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

ALGORITHM = "PBKDF2/SHA-256"
# Work is COST times the number that is looked for, which is between FEWEST and twice that.
COST = 5000
FEWEST = 100
# People fill in the rest of the form before they press the button.
VALID_MS = 30 * MINUTE_MS
LONGEST = 4000


def connect(settings: "Settings", services: "Services") -> "Altcha":
    return Altcha(settings, services)


class Altcha:
    name = "altcha"

    def __init__(self, settings: "Settings", services: "Services") -> None:
        self._keys = [_keys(key) for key in settings.secret_keys]
        self._services = services

    def puzzle(self) -> str:
        """A signed challenge that ends; nothing is stored for it."""
        signing, solving = self._keys[0]
        challenge = altcha.create_challenge(
            ALGORITHM,
            COST,
            counter=FEWEST + secrets.randbelow(FEWEST),
            expires_at=(self._services.now() + VALID_MS) // 1000,
            hmac_secret=signing,
            hmac_key_secret=solving,
        )
        return json.dumps(challenge.to_dict())

    def passes(self, answer: str) -> bool:
        if not answer or len(answer) > LONGEST:
            return False
        # The library raises for no input, and checks the expiry before anything else.
        for signing, solving in self._keys:
            if altcha.verify_solution(answer, signing, hmac_key_secret=solving).verified:
                # One challenge has one signature, whatever else the answer holds.
                signature = altcha.Payload.from_base64(answer).challenge.signature or ""
                return used.first_time(self._services, signature, VALID_MS)
        return False


def _keys(key: str) -> tuple[str, str]:
    signing, solving = (hmac.new(key.encode(), f"altcha {use}".encode(), "sha256").hexdigest() for use in ("1", "2"))
    return signing, solving
