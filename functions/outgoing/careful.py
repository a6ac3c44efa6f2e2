"""An adapter for `requests` that checks the address of each open connection, and closes one that is not public before a
byte is sent."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SHUT_RDWR
from threading import Timer
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

NAT64, LOCAL_NAT64 = IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48")
PRIVATE = "the address is not a public one"


def is_public(address: str) -> bool:
    """Whether an address leads to the internet, also by the IPv4 address that an IPv6 one stands for."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        # RFC 6052: on a host without IPv4, every check of an IPv4 address looks like this.
        translated = IPv4Address(int(found) & 0xFFFF_FFFF) if found in NAT64 else None
        inner = found.ipv4_mapped or found.sixtofour or translated
        if inner is not None:
            return is_public(str(inner))
        if found in LOCAL_NAT64:
            return False
    return found.is_global and not found.is_multicast


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
