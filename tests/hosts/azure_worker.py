"""Azure's library over HTTP: `azure_worker.py PORT` makes its request of each one, calls the function as the worker
does, and sends its answer."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import azure.functions

from functions.hosts.azure import main


class Worker(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def answer(self) -> None:
        url = f"https://{self.headers['Host']}{self.path}"
        query = {name: values[-1] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            headers[name] = f"{headers[name]}; {value}" if name in headers else value
        request = azure.functions.HttpRequest(
            self.command, url, headers=headers, params=query, route_params={}, body=body
        )
        found = main(request, None)
        self.send_response_only(found.status_code)
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(found.get_body())

    do_GET = do_HEAD = do_POST = do_DELETE = answer

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Worker).serve_forever()
