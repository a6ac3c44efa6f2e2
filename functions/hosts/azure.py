"""Azure Functions: `main`, the function of an HTTP trigger for every path."""

from typing import Any

import azure.functions

from functions.app import app

handle = azure.functions.WsgiMiddleware(app).handle


def main(request: Any, context: Any) -> Any:
    """The app's answer to an HTTP trigger."""
    return handle(request, context)
