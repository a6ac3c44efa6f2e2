"""The provider's tokens at rest: encrypted for one session, with keys derived from SECRET_KEYS.

They are kept because claims must be read again while a customer is signed in. A copy of the database alone opens
none of them, and one session's tokens do not open in another's row.
"""

import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

WAY = {"alg": "dir", "enc": "A256GCM"}


def seal(tokens: dict[str, Any], session_id: str, secret_keys: Sequence[str]) -> str:
    """The tokens as text that only this portal can read again, for the session with this id."""
    return jwe.encrypt_compact(WAY, json.dumps(tokens), _key(secret_keys[0], session_id))


def unseal(text: str, session_id: str, secret_keys: Sequence[str]) -> dict[str, Any] | None:
    """The tokens, or None when they were sealed for another session or with a key that is gone."""
    for secret in secret_keys:
        try:
            plain = jwe.decrypt_compact(text, _key(secret, session_id), algorithms=list(WAY.values())).plaintext
            tokens = json.loads(plain or b"")
        except (JoseError, ValueError):
            continue
        return tokens if isinstance(tokens, dict) else None
    return None


def _key(secret: str, session_id: str) -> OctKey:
    kdf = HKDF(SHA256(), 32, salt=None, info=f"tokens of session {session_id}".encode())
    return OctKey.import_key(kdf.derive(secret.encode()))
