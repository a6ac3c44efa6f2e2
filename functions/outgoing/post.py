"""Sends a message to an address that a customer chose: public addresses only, and no redirects."""

import logging

import requests

from functions.outgoing.careful import Careful, ascii_url

TIMEOUT_SECONDS = 5
USER_AGENT = "Helpfront status webhook"

log = logging.getLogger(__name__)


def send(url: str, body: bytes, headers: dict[str, str], *, private: bool, seconds: float = TIMEOUT_SECONDS) -> int:
    """Post JSON and return the status of the answer, 0 when none came within `seconds`; `private` allows every
    address."""
    spelled = ascii_url(url)
    if spelled is None:
        log.info("webhook: its host is none")
        return 0
    with requests.Session() as session:
        # No proxy or .netrc of the machine: nothing but what is given is sent.
        session.trust_env = False
        adapter = Careful(private=private)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        try:
            with (
                adapter.within(seconds),
                session.post(
                    spelled,
                    data=body,
                    headers={"Content-Type": "application/json", "User-Agent": USER_AGENT, **headers},
                    timeout=seconds,
                    allow_redirects=False,
                    stream=True,  # only the status counts, so an endless body costs nothing
                ) as response,
            ):
                return 0 if adapter.late else response.status_code
        except (requests.RequestException, UnicodeError) as error:
            log.info("webhook: %s", type(error).__name__)
            return 0
