"""The product's sign-in: oidc-provider-mock from PyPI with two customers, one person on call and a page to choose."""

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import jinja2

from demo import server
from portal.models import ORGANISATION_SCOPE

PEOPLE: dict[str, dict[str, object]] = {
    "ada": {
        "name": "Ada Byron",
        "email": "ada@bluebird.example",
        "email_verified": True,
        "account": "bluebird",
        "plan": "Team",
        "role": "owner",
        "billing_customer": "cus_demo",
        "billing_admin": True,
        "scopes": [ORGANISATION_SCOPE],
    },
    "ben": {
        "name": "Ben Okafor",
        "email": "ben@bluebird.example",
        "email_verified": True,
        "account": "bluebird",
        "plan": "Team",
        "role": "member",
        "billing_admin": False,
        "scopes": [],
    },
    "cleo": {
        "name": "Cleo Marsh",
        "email": "cleo@product.example",
        "email_verified": True,
        "role": "member",
        "billing_admin": False,
        "scopes": ["status_write"],
    },
}
LABELS = {
    "ada": "Ada Byron, owner and billing admin",
    "ben": "Ben Okafor, member",
    "cleo": "Cleo Marsh, your colleague on call",
}


def create_app() -> Any:
    """The provider as a Flask app, with our pages instead of its own, which load a style sheet from a CDN."""
    # The provider speaks plain HTTP on loopback only.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    import authlib.deprecate  # it switches its own warnings on, so it comes before switching them off

    with warnings.catch_warnings():
        # The provider uses what Authlib deprecates; that is for its authors to change.
        warnings.simplefilter("ignore", authlib.deprecate.AuthlibDeprecationWarning)
        import oidc_provider_mock

    people = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    app: Any = oidc_provider_mock.app(require_nonce=True, user_claims=people)
    ours = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    app.jinja_loader = jinja2.ChoiceLoader([ours, app.jinja_loader])
    app.jinja_env.globals["people"] = LABELS
    return app


if __name__ == "__main__":
    server.serve(create_app(), int(sys.argv[1]))
