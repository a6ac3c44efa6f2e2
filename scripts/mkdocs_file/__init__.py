"""What in mkdocs.yml would build another site than the portal: `python -m scripts.mkdocs_file [FILE]`.

Everything else in the file is checked by the build (hooks/joining.py); this is for what keeps that from running.
"""

from collections.abc import Iterator

import yaml

BASE = "hooks/base.yml"
FIRST = "hooks/joining.py"


def faults(text: str, name: str) -> Iterator[str]:
    """What is wrong with the text of a mkdocs.yml, as `file: sentence`."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return  # the build names the place
    found = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    inherited = found.get("INHERIT")
    if inherited is None:
        yield f"{name}: has no INHERIT, so it would build a site without the portal. Begin it with: INHERIT: {BASE}"
    listed = found.get("hooks")
    rows = [row.value for row in listed.value] if isinstance(listed, yaml.SequenceNode) else []
    if listed is not None and FIRST not in rows:
        line = listed.start_mark.line + 1
        yield f"{name}:{line}: hooks: replaces the portal's own. Begin the list with those of {BASE}."
