"""Logs without secrets or personal data: one JSON object a line on standard error."""

import json
import logging
import time
from typing import Any


def log_as_json() -> None:
    """One JSON object a line on standard error, for the logs of functions and of what they import."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger("functions")
    if not root.handlers:
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        root.propagate = False


class JsonLines(logging.Formatter):
    """A log line without secrets or personal data: of an exception it keeps types and places, never the message,
    since a message may quote an address, a URL or what a customer wrote."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        line |= {
            name: getattr(record, name)
            for name in ("request", "method", "route", "status", "ms")
            if hasattr(record, name)
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = _trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _trace(error: BaseException | None) -> list[str]:
    """The types of an error and its causes, each with the innermost places it passed."""
    lines = []
    while error is not None:
        places = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        lines.append(f"{type(error).__name__} at {' < '.join(reversed(places[-6:]))}")
        error = error.__cause__ or error.__context__
    return lines
