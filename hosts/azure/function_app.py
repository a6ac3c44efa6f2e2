"""What Azure looks for: one function for every path, and the tick each minute."""

import azure.functions

from functions.hosts.azure import main

app = azure.functions.FunctionApp(http_auth_level=azure.functions.AuthLevel.ANONYMOUS)


@app.route(route="{*path}", methods=list(azure.functions.HttpMethod))
def portal(req: azure.functions.HttpRequest, context: azure.functions.Context) -> azure.functions.HttpResponse:
    """The portal."""
    return main(req, context)
