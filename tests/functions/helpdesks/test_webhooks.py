"""A webhook's signature, with the secret that is and with the two while it changes."""

import hmac
from base64 import b64encode
from hashlib import sha256

import pytest

from functions.errors import VendorError
from functions.helpdesks.webhooks import verify


def signature(secret: str) -> str:
    return b64encode(hmac.new(secret.encode(), b"body", sha256).digest()).decode()


@pytest.mark.parametrize("secret", ["old", "new,old", "old,new", ",old,"])
def test_a_signature_with_a_secret_that_counts_is_ours(secret: str):
    verify(secret, b"body", signature("old"), sha256)


@pytest.mark.parametrize(
    ("secret", "given"), [("new", "old"), ("new,newer", "old"), ("new,old", "new,old"), ("", ""), (",", ""), ("a,", "")]
)
def test_a_signature_with_no_such_secret_is_refused(secret: str, given: str):
    with pytest.raises(VendorError) as refused:
        verify(secret, b"body", signature(given), sha256)

    assert refused.value.kind == "authentication"
