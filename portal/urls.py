"""Which addresses are safe to use: https with a plain host, or http on this machine."""

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_safe(url: object) -> bool:
    """Whether `url` is https with a plain host (no user, no backslash), or http on this machine."""
    if not isinstance(url, str) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def is_local(url: str) -> bool:
    """Whether the host of an address is this machine."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False
