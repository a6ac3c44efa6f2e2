"""A vendor's API behind OAuth 2.0 client credentials (RFC 6749, 4.4): the token is fetched when needed and renewed."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from functions.errors import VendorError
from functions.helpdesks.web import Answer, Api
from functions.helpdesks.words import UNREACHABLE

# However long a token says it lives, it is not used longer than this.
MOST_SECONDS = 172_800


class TokenApi:
    """Calls below `base` with a bearer token; `fetch` asks for one with an Api that carries none."""

    def __init__(self, base: str, fetch: Callable[[Api], Answer], **manners: Any) -> None:
        self._open = Api(base, dict, **manners)
        self._api = Api(base, self._bearer, **manners)
        self._fetch = fetch
        self._token: tuple[str, float] = ("", 0.0)

    def call(self, method: str, path: str, *arguments: Any, **options: Any) -> Answer:
        """As Api.call; a token that was taken back before its time is renewed once."""
        try:
            return self._api.call(method, path, *arguments, **options)
        except VendorError as error:
            if error.kind != "authentication" or not self._token[0]:
                raise
            self._token = ("", 0.0)
            return self._api.call(method, path, *arguments, **options)

    def _bearer(self) -> Mapping[str, str]:
        token, until = self._token
        if time.time() > until:
            row = self._fetch(self._open).row()
            token, lives = row.text("access_token"), row.number("expires_in")
            if not (token.isascii() and token.isprintable() and token):
                raise VendorError(UNREACHABLE, "authentication", detail="there is no token in the answer")
            # Half its life.
            seconds = lives if lives and 0 < lives < MOST_SECONDS else MOST_SECONDS
            self._token = (token, time.time() + seconds / 2)
        return {"Authorization": f"Bearer {token}"}
