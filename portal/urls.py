"""URLs and hosts: https with a plain host in ASCII, or http on this machine."""

from urllib.parse import urlsplit

# Signs that mean something in an address.
UNFIT = frozenset("#?%\\")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_HOST = 253


def is_safe(url: object) -> bool:
    """Whether `url` is a text with https and a plain host (no user, no backslash), or http on this machine. The host
    is in ASCII: HTTP clients and browsers differ in how they encode another one."""
    if not isinstance(url, str) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or "@" in parts.netloc or not parts.netloc.isascii():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def why_unsafe(url: str) -> str:
    """What is wrong with an address that `is_safe` refuses, to follow its name in a sentence."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return "cannot be read as an address"
    if host.isascii():
        return "must be https:// (plain http only on this machine's loopback)"
    written = ascii_host(host)
    return f"must have its host in ASCII: {written}" if written else "has a host that does not exist in ASCII"


def is_local(url: str) -> bool:
    """Whether the host of an address is this machine."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


def ascii_host(host: str) -> str | None:
    """The host in lower case and in ASCII, as IDNA 2008 encodes it; None for what it refuses. A host in ASCII is not
    looked at further."""
    if host.isascii():
        return host.lower()
    if len(host) > LONGEST_HOST:
        return None
    import idna  # 20 ms, which most portals never need

    try:
        return idna.encode(host, uts46=True, transitional=False, std3_rules=True).decode()
    except UnicodeError:
        return None


def unfit(path: str) -> str | None:
    """What keeps a file from having an address of its name, as a sentence for the writer; None when nothing does.

    A host ends a path at `#` and `?`, decodes it at `%`, and some read a backslash as a slash.
    """
    found = next((sign for sign in path if sign in UNFIT or ord(sign) < 32), None)
    return None if found is None else f"its name has {found!r}, which cannot stand in an address: rename the file"
