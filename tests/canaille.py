"""Canaille, an identity provider with account pages, in its own process for the tests.

`python -m tests.canaille PORTAL CLIENT SECRET` prints its origin. `ada` has an address that counts as verified; `bob`
has one too, but Canaille says nothing about it.
"""

import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from tests.providers import PASSWORD


def main(portal: str, client_id: str, secret: str) -> None:
    """Serve until stopped."""
    server = make_server("127.0.0.1", 0, None, threaded=True)
    origin = f"http://127.0.0.1:{server.server_port}"
    server.app = create_app(
        {
            "SECRET_KEY": "a key of the tests, never of a portal",
            "SERVER_NAME": origin.removeprefix("http://"),
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False, "HTMX": False},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)]},
        }
    )
    # Canaille has no setting for this claim, but its mapping issues any claim named in it, as text.
    verified = "{% if user.user_name == 'ada' %}true{% endif %}"
    server.app.config["CANAILLE_OIDC"]["USERINFO_MAPPING"]["EMAIL_VERIFIED"] = verified
    with server.app.app_context(), Backend.instance.session():
        for name, family in (("ada", "Byron"), ("bob", "Stone")):
            Backend.instance.save(
                models.User(
                    user_name=name,
                    formatted_name=f"{name.title()} {family}",
                    family_name=family,
                    emails=[f"{name}@customer.example"],
                    password=PASSWORD,
                )
            )
        client = models.Client(
            client_id=client_id,
            client_secret=secret,
            client_name="Portal",
            # A client on a trusted host asks for no consent.
            client_uri=portal,
            redirect_uris=[f"{portal}api/signin/callback"],
            post_logout_redirect_uris=[portal],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            scope=["openid", "profile", "email"],
            token_endpoint_auth_method="client_secret_basic",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    print(origin, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
