"""The functions' services for an operator's command: from the environment, or those of the running demo."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from functions.errors import SettingsError
from functions.services import Services
from functions.settings import read


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The functions' environment; without any settings that of the demo that `make serve` started, over which wins what
    the shell sets."""
    demo = Path(environ.get("DEMO_STATE", ".portal")) / "demo.env.json"
    # An incomplete environment is a mistake to report, not a reason to use the demo.
    if not {"PUBLIC_ORIGIN", "DATABASE_URL", "SECRET_KEYS"} & set(environ) and demo.exists():
        return {**json.loads(demo.read_text("utf-8")), **environ}
    return dict(environ)


@contextmanager
def services() -> Iterator[Services]:
    """The services, closed after the block; without any settings those of the demo that `make serve` started.
    Exits 2 when neither is set up."""
    try:
        found = Services(read(variables(os.environ)))
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    try:
        yield found
    finally:
        found.store.close()
