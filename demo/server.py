"""Serves each process of the demo: Werkzeug on loopback, with access logs only for failures."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        # The checks ask every few seconds, so only failures are logged.
        if str(code) >= "400":
            self.log("info", '"%s %s" %s', self.command, self.path.partition("?")[0], code)


def serve(app: "WSGIApplication", port: int) -> None:
    """Serve `app` on loopback until the process is stopped; prints its origin first."""
    listening = make_server(HOST, port, app, threaded=True, request_handler=_Handler)
    print(f"http://{HOST}:{listening.server_port}", flush=True)
    listening.serve_forever()


@contextmanager
def running(app: "WSGIApplication") -> Iterator[str]:
    """Serve `app` in a thread on a free port and yield its origin, e.g. `http://127.0.0.1:40123`."""
    server = make_server(HOST, 0, app, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
