"""Incidents as the files of status/incidents/: written by on-call's command, readable and editable by hand."""

from datetime import UTC, datetime
from typing import Any

import yaml

from portal.status import Incident, Update


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented, a text of several lines as such."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


def render(incident: Incident) -> str:
    """The file of an incident; portal.status.files.parse_incident reads the same incident from it."""
    fields: dict[str, Any] = {
        "id": incident.id,
        "title": incident.title,
        "status": incident.status,
        "impact": incident.impact,
        "source": incident.source,
        "components": dict(incident.components),
        "started_at": _Time(incident.started_at),
        "resolved_at": None if incident.resolved_at is None else _Time(incident.resolved_at),
        "updates": [_update(update) for update in incident.updates],
    }
    kept = {name: value for name, value in fields.items() if value not in (None, {}, [])}
    if kept["source"] == "manual":
        del kept["source"]
    front = yaml.dump(kept, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return f"---\n{front}---\n{incident.body}\n" if incident.body else f"---\n{front}---\n"


def _update(update: Update) -> dict[str, Any]:
    times = {"next_update_by": update.next_update_by, "edited_at": update.edited_at}
    fields = {"at": _Time(update.at), "status": update.status, "components": dict(update.components)}
    fields |= {name: _Time(at) for name, at in times.items() if at is not None}
    return {name: value for name, value in fields.items() if value} | {"body": update.body}


class _Time(int):
    """Unix milliseconds that are written as a time in UTC."""


_Dumper.add_representer(
    _Time,
    lambda dumper, at: dumper.represent_scalar(
        "tag:yaml.org,2002:timestamp", f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    ),
)
