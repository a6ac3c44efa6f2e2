"""Forms with files, for vendors that take no files in JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from urllib3.filepost import encode_multipart_formdata

from portal.tickets import File


def form(body: Mapping[str, Any], name: str, files: Sequence[File]) -> dict[str, Any]:
    """What `Api.call` sends: the fields of a JSON object, `a[b]` for an object in it and `a[]` for a list, and the
    files, each under `name`."""
    parts = [(name, (one.name, one.data, one.type)) for one in files]
    data, kind = encode_multipart_formdata([*_flat(body), *parts])
    return {"data": data, "headers": {"Content-Type": kind}}


def _flat(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}[{inner}]", str(one)) for inner, one in value.items())
        elif isinstance(value, list):
            yield from ((f"{name}[]", str(one)) for one in value)
        else:
            yield name, str(value).lower() if isinstance(value, bool) else str(value)
