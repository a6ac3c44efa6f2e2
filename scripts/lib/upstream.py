"""The record of where a portal's code comes from: .upstream.toml."""

import json

RECORD = ".upstream.toml"


def record(repository: str, commit: str) -> str:
    """The text of the record."""
    return (
        "# Where Helpfront comes from, and the commit of it that its files here are from. `python -m scripts.upgrade`\n"
        "# reads this and writes it anew. The version is in pyproject.toml.\n"
        f"repository = {json.dumps(repository)}\ncommit = {json.dumps(commit)}\n"
    )
