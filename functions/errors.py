"""The errors of run time, each with a kind sentence for the customer and a cause for the log."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["rejected", "authentication", "not_found", "rate_limited", "unavailable", "unsupported"]


class Problem(Exception):
    """An answer that tells the customer what is wrong: `public` is the sentence, `fields` the form's fields that
    are wrong (name -> sentence), `retry_after` is in seconds. Becomes a page, or RFC 9457
    problem+json for a script."""

    def __init__(
        self,
        status: int,
        public: str,
        *,
        fields: Mapping[str, str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(public)
        self.status = status
        self.public = public
        self.fields = dict(fields or {})
        self.retry_after = retry_after


class SignInNeeded(Problem):
    """The page is personal and nobody is signed in."""

    def __init__(self) -> None:
        super().__init__(401, "Sign in to see this page.")


class VendorError(Exception):
    """A help desk, billing system, identity provider or mail server did not do what was asked.

    `kind` decides what happens next: `rejected`, `authentication`, `not_found` and `unsupported` are final,
    `rate_limited` and `unavailable` (outcome unknown) are tried again. `detail` is for the log: it never
    holds a secret, an address or a URL with a query. `alone`: the system works, and only this one thing was put off.
    """

    def __init__(
        self,
        public: str = "We couldn't reach one of our systems. Nothing was lost.",
        kind: Kind = "unavailable",
        *,
        detail: str = "",
        retry_after: int | None = None,
        alone: bool = False,
    ) -> None:
        super().__init__(detail or public)
        self.public = public
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after
        self.alone = alone


def why(error: BaseException) -> str:
    """Why a connection failed, in the system's own words ("connection refused"); else the name of the error."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.strerror:
            return found.strerror[:1].lower() + found.strerror[1:]
        found = found.__cause__ or found.__context__
    return type(error).__name__


class StoreError(Exception):
    """The portal's own database did not answer; nothing was written."""


class SettingsError(Exception):
    """The environment of the functions is incomplete or wrong; `str()` lists everything at once."""
