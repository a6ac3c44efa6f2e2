"""`python -m demo.billers NAME PORT [ADDRESS]`: a billing system on loopback that tells its events to an address."""

import sys
import threading
from functools import partial
from typing import TYPE_CHECKING

import requests

from demo import server
from demo.billers import vendors
from demo.billers.company import Event

if TYPE_CHECKING:
    from demo.billers.vendors import Fake

SECONDS = 10


def main(argv: list[str]) -> None:
    """Serve until the process is stopped."""
    name, port, *addresses = argv
    fake = vendors.VENDORS[name].start()
    if addresses:
        fake.books.on_event = partial(_tell, fake, addresses[0])
    server.serve(fake, int(port))


def _tell(fake: "Fake", address: str, event: Event) -> None:
    """Send a webhook while the API goes on answering, as vendors do."""
    threading.Thread(target=_post, args=(*fake.webhook(event), address), daemon=True).start()


def _post(headers: dict[str, str], body: bytes, address: str) -> None:
    try:
        status = requests.post(address, data=body, headers=headers, timeout=SECONDS).status_code
    except requests.RequestException as error:
        print(f"the portal was not told of an event: {type(error).__name__}", flush=True)
    else:
        if status != 204:
            print(f"the portal answered an event with {status}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
