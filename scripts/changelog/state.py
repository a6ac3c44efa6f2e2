"""What a sync remembers in changelog/sync.json: the list's ETag for each repository, and since when GitHub is away."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from portal.changelog import STATE
from portal.changelog.releases import fingerprint

RULES = Path(__file__).parents[2] / "portal" / "changelog"


@dataclass
class State:
    """`etags` are valid while `rules` (our code and the team's decisions) are the same: other rules make other files
    of the same releases. `unreachable` is the UTC time since when GitHub did not answer, or ""."""

    rules: str = ""
    etags: dict[str, str] = field(default_factory=dict)
    unreachable: str = ""

    @classmethod
    def read(cls, folder: Path, rules: str) -> "State":
        """What was remembered; nothing when the file is missing or is no longer of these rules."""
        try:
            data = json.loads((folder / STATE).read_text(encoding="utf-8"))
            same = data["rules"] == rules
            return cls(rules, dict(data["etags"]) if same else {}, str(data.get("unreachable", "")))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return cls(rules)

    def remember(self, repo: str, etag: str) -> None:
        """Keep the ETag of a list that was read; a server that gives none is asked in full each time."""
        self.etags.pop(repo, None)
        if etag:
            self.etags[repo] = etag

    def write(self, folder: Path) -> None:
        """Write the file if anything in it changed."""
        text = json.dumps(self.__dict__, indent=2, sort_keys=True) + "\n"
        path = folder / STATE
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")


def rules_of(*texts: str) -> str:
    """A fingerprint of what decides about lines: our rules, and the team's files."""
    ours = [path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.py"))]
    return fingerprint("\0".join([*ours, *texts]))
