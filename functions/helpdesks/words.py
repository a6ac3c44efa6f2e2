"""Times as vendors write them, and ours: unix milliseconds."""

from datetime import UTC, datetime


def milliseconds(value: object) -> int:
    """An ISO 8601 time; 0 for anything else, since one odd field must not hide a ticket."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return 0
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000) if moment else 0


def when(value: str) -> int:
    """The same, or unix seconds as text."""
    return int(value) * 1000 if value.isdecimal() else milliseconds(value)


def iso(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
