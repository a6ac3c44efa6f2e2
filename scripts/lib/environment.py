"""The functions' services for a command of the operator: from the environment, or from the running demo's."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.errors import SettingsError
from functions.services import Services
from functions.settings import read


@contextmanager
def services() -> Iterator[Services]:
    """The services for as long as the block runs; without any settings those of the demo that `make serve` started.
    Exits 2 when neither is set up."""
    environ = dict(os.environ)
    demo = Path(environ.get("DEMO_STATE", ".portal")) / "demo.env.json"
    # Half an environment is a mistake to be told, and not the demo.
    if not {"PUBLIC_ORIGIN", "DATABASE_URL", "SECRET_KEYS"} & set(environ) and demo.exists():
        environ |= json.loads(demo.read_text("utf-8"))
    try:
        found = Services(read(environ))
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    try:
        yield found
    finally:
        found.store.close()
