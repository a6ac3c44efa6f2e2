"""How the portal shows its client id and secret at the token endpoint (RFC 6749, 2.3.1).

Both are form-encoded before they are joined by a colon, which changes only ids and secrets with characters such as
`+`, `%`, `:` or `/`. Some providers take the secret in the body only, and some do not decode: these ways are tried
after a refusal.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from functions.errors import VendorError
from functions.identity.provider import DOWN

# What Authlib takes as a way: the name of one of its own, or a function from a request to the request with the secret.
Way = str | Callable[..., tuple[str, dict[str, str], str]]
BASIC, POST = "client_secret_basic", "client_secret_post"
# A provider that refuses the client has not looked at the code or the refresh token, so another way may be tried.
# Keycloak calls a wrong secret unauthorized_client.
CLIENT_REFUSED = {"invalid_client", "unauthorized_client"}


def ways(metadata: Mapping[str, Any], client_id: str, secret: str) -> list[Way]:
    """The ways to try, in order; raises VendorError when the provider offers none that sends a secret."""
    offered = metadata.get("token_endpoint_auth_methods_supported")
    # Left out, it means this (OpenID Connect Discovery 1.0, 3).
    methods = offered if isinstance(offered, list) and offered else [BASIC]
    found: list[Way] = [_basic] if BASIC in methods else []
    found += [POST] if POST in methods else []
    if BASIC in methods and _encoded(client_id + secret) != client_id + secret:
        found.append(_basic_as_written)
    if not found:
        raise VendorError(DOWN, detail=f"the provider's token endpoint offers neither {BASIC} nor {POST}")
    return found


def _encoded(text: str) -> str:
    # A space as %20, which decoders of forms and decoders of addresses both read.
    return quote(text, safe="")


def _basic(client: Any, method: str, uri: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    return _with_header(uri, headers, body, _encoded(client.client_id), _encoded(client.client_secret))


def _basic_as_written(
    client: Any, method: str, uri: str, headers: dict[str, str], body: str
) -> tuple[str, dict[str, str], str]:
    return _with_header(uri, headers, body, client.client_id, client.client_secret)


def _with_header(
    uri: str, headers: dict[str, str], body: str, name: str, password: str
) -> tuple[str, dict[str, str], str]:
    headers["Authorization"] = f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
    return uri, headers, body
