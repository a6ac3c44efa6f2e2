"""The findings in words: for a terminal, as JSON, as SARIF 2.1.0 and as the annotations of a pull request."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from urllib.parse import quote

from portal.articles.writing import RULES, Finding
from portal.articles.writing.baseline import prints
from portal.models import clean, counted

# Our levels as SARIF and as GitHub's runner have them.
SARIF = {"error": "error", "warning": "warning", "advice": "note"}
GITHUB = {"error": "error", "warning": "warning", "advice": "notice"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def text(found: Sequence[Finding]) -> str:
    """Each file with its findings below it, and how many there are."""
    lines = []
    for file, inside in groupby(found, key=lambda one: one.file):
        lines.append(file)
        for one in inside:
            lines += [f"  {one.line}: {one.level}: {clean(one.why)} [{one.rule}]", f"     {clean(one.mend)}"]
    return "\n".join([*lines, *([""] if lines else []), summary(found)])


def summary(found: Iterable[Finding]) -> str:
    """How many findings there are of each level."""
    counts = Counter(one.level for one in found)
    return (
        f"{counted(counts['error'], 'error')}, {counted(counts['warning'], 'warning')}, "
        f"{counted(counts['advice'], 'piece')} of advice"
    )


def as_json(found: Sequence[Finding]) -> str:
    """A JSON object with a row for each finding."""
    rows = [
        {
            "file": one.file,
            "line": one.line,
            "rule": one.rule,
            "level": one.level,
            "why": one.why,
            "mend": one.mend,
            "print": mark,
        }
        for one, mark in prints(found)
    ]
    return json.dumps({"findings": rows}, indent=1, ensure_ascii=False)


def sarif(found: Sequence[Finding]) -> str:
    """The findings for GitHub's code scanning and other readers of SARIF."""
    names = list(RULES)
    rules = [
        {
            "id": rule.name,
            "shortDescription": {"text": rule.asks},
            "help": {"text": rule.mend},
            "defaultConfiguration": {"level": SARIF[rule.level]},
        }
        for rule in RULES.values()
    ]
    results = [
        {
            "ruleId": one.rule,
            "ruleIndex": names.index(one.rule),
            "level": SARIF[one.level],
            "message": {"text": f"{one.why}. {one.mend}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(one.file)},
                        "region": {"startLine": one.line},
                    }
                }
            ],
            "partialFingerprints": {"text/v1": mark},
        }
        for one, mark in prints(found)
    ]
    driver = {"name": "check_articles", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)


def annotations(found: Iterable[Finding]) -> list[str]:
    """Commands of GitHub's workflows, which shows them beside the articles' lines."""
    return [
        f"::{GITHUB[one.level]} file={_property(one.file)},line={one.line},title={_property(RULES[one.rule].asks)}"
        f"::{_command(f'{one.why}. {one.mend}')}"
        for one in found
    ]


def _command(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _command(text).replace(":", "%3A").replace(",", "%2C")
