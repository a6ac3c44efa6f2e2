"""Google Cloud Functions: `api`, called by functions-framework with its own Flask request.

Cloud Run takes the container as well, which needs none of it (hosts/machine/Dockerfile).
"""

from typing import Any

import functions_framework
from werkzeug.wrappers import Response

from functions.app import app


def answer(request: Any) -> Response:
    """The app's answer to the request as the server handed it over."""
    return Response.from_app(app, request.environ)


api = functions_framework.http(answer)
