"""An adapter for `requests` that checks the address of each open connection, and closes one that is not public before a
byte is sent."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import SHUT_RDWR
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from portal.urls import ascii_host

PRIVATE = "the address is not a public one"
NAT64 = IPv6Network("64:ff9b::/96")
# What looks like the internet to `ipaddress`, or to some of its versions, and is not: a cloud's own host (Azure),
# assignments of the IETF and relays that end elsewhere than they say (RFC 6890, 7526, 7534, 7535, 7450).
NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
    )
)
# Addresses of the internet begin with 001; of those Teredo and other assignments of the IETF, documentation, AS112.
GLOBAL_6 = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20", "2620:4f:8000::/48")
)
# RFC 5214: the second half of an address that carries an IPv4 one.
ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})


def is_public(address: str) -> bool:
    """Whether an address leads to the internet, also by the IPv4 address that an IPv6 one stands for."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv4Address):
        listed = any(found in network for network in NOT_PUBLIC_4)
        return found.is_global and not found.is_multicast and not listed
    inner = _inner(found)
    if inner is not None and not is_public(str(inner)):
        return False
    if found.ipv4_mapped or found in NAT64:
        return True
    return found in GLOBAL_6 and found.is_global and not any(found in network for network in NOT_PUBLIC_6)


def _inner(found: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one carries."""
    last = IPv4Address(int(found) & 0xFFFF_FFFF)
    # RFC 6052: on a host without IPv4, every check of an IPv4 address looks like this.
    if found in NAT64 or int(found) >> 32 & 0xFFFF_FFFF in ISATAP:
        return last
    return found.ipv4_mapped or found.sixtofour


def ascii_url(url: str) -> str | None:
    """The address with its host as IDNA 2008 encodes it; None when there is no such host."""
    try:
        parts = urlsplit(url)
        host = ascii_host(parts.hostname or "")
    except ValueError:
        return None
    if not host:
        return None
    if parts.netloc.isascii():
        return url
    user, at, _ = parts.netloc.rpartition("@")
    port = "" if parts.port is None else f":{parts.port}"
    return parts._replace(netloc=f"{user}{at}{host}{port}").geturl()


class Careful(HTTPAdapter):
    """Checks the peer of the connection itself, so that a name cannot resolve to another address in between; `private`
    allows every address. `ends` is when the certificate of the last connection ends (unix seconds), `late` whether it
    was cut: what had come by then may look whole."""

    def __init__(self, *, private: bool) -> None:
        self.private = private
        self.ends: float | None = None
        self._sock: Any = None
        self.late = False
        super().__init__()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connection when the whole exchange takes longer: the timeout of `requests` starts anew with each
        byte."""
        timer = Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self.late = True
        if self._sock is not None:
            # It may be closed by now.
            with suppress(OSError):
                self._sock.shutdown(SHUT_RDWR)

    def _opened(self, connection: HTTPConnection, sock: Any) -> Any:
        if self.late or not (self.private or is_public(sock.getpeername()[0])):
            sock.close()
            raise NewConnectionError(connection, "too late" if self.late else PRIVATE)
        self._sock = sock
        return sock

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        adapter = self

        class HTTP(HTTPConnection):
            def _new_conn(self) -> Any:
                return adapter._opened(self, super()._new_conn())

        class HTTPS(HTTPSConnection):
            def _new_conn(self) -> Any:
                return adapter._opened(self, super()._new_conn())

            def connect(self) -> None:
                super().connect()
                # Time may have run out during the handshake, when there was nothing to cut.
                adapter._opened(self, self.sock)
                # Read now: once the answer is here, the server may have closed the connection.
                adapter.ends = _ends(self.sock)

        class HTTPPool(HTTPConnectionPool):
            ConnectionCls = HTTP

        class HTTPSPool(HTTPSConnectionPool):
            ConnectionCls = HTTPS

        self.poolmanager.pool_classes_by_scheme = {"http": HTTPPool, "https": HTTPSPool}


def _ends(sock: Any) -> float | None:
    certificate = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
    return ssl.cert_time_to_seconds(str(certificate["notAfter"])) if certificate else None
