"""The words and names of articles and code, in forms that can be compared."""

import re
from functools import lru_cache
from typing import NamedTuple

# A name as code writes it: letters, digits and the joints inside names.
NAME = re.compile(r"[A-Za-z0-9_\u00c0-\u024f\u0370-\u04ff]+(?:[-.][A-Za-z0-9_]+)*")
# What is a word: a run of letters, a number, or two characters of a script without spaces.
WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u04ff]+|\d+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}")
# Where camelCase has its joints: `ipAddress` and `HTTPServer`.
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
JOINT = re.compile(r"[-.]")
# A name that is no plain word: it has a joint, a digit or a hump, or is in capitals.
SHAPED = re.compile(r"[_\-.\d]|[a-z][A-Z]|^[A-Z]{3,}$")
ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s")
# Words of English and of programs: in a diff, they say nothing about what it changes.
STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "more",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "up",
        "use",
        "used",
        "using",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "you",
        "your",
        "self",
        "none",
        "true",
        "false",
        "null",
        "return",
        "def",
        "class",
        "import",
        "var",
        "let",
        "const",
        "function",
        "new",
        "public",
        "private",
        "static",
        "void",
        "int",
        "str",
        "string",
        "bool",
        "if",
        "else",
        "elif",
        "try",
        "except",
        "catch",
        "throw",
        "raise",
        "for",
        "while",
        "div",
        "span",
        "href",
        "http",
        "https",
        "www",
        "com",
        "html",
        "css",
        "js",
        "py",
        "get",
        "set",
        "args",
        "kwargs",
        "param",
        "params",
        "type",
        "name",
        "value",
        "values",
        "id",
        "key",
    ]
)
CACHED = 1 << 16


@lru_cache(CACHED)
def stems_of(token: str) -> tuple[str, ...]:
    """The stems of one run of letters or digits, split at its humps."""
    words = (part.lower() for part in HUMP.split(token))
    return tuple(stem(word) for word in words if len(word) > 1 and word not in STOP)


def stems(text: str) -> list[str]:
    """The words in a text or name, lower-case, split at joints and humps and without their endings."""
    return [found for token in WORD.findall(text) for found in stems_of(token)]


@lru_cache(CACHED)
def names_of(token: str) -> tuple[str, ...]:
    """A name and the parts at its dots and dashes, as written, without short ones."""
    name = token.strip("_")
    parts = (name, *JOINT.split(name)) if "." in name or "-" in name else (name,)
    return tuple(part for part in parts if len(part) > 2)


@lru_cache(CACHED)
def lower_names_of(token: str) -> tuple[str, ...]:
    """The same in lower case."""
    return tuple(name.lower() for name in names_of(token))


def names(text: str) -> list[str]:
    """The names in a text, as written: `start_kw`, `X-Napalm-User`, `api.views`, and their dotted parts."""
    return [found for token in NAME.findall(text) for found in names_of(token)]


def lower_names(text: str) -> list[str]:
    """The same in lower case."""
    return [found for token in NAME.findall(text) for found in lower_names_of(token)]


class Forms(NamedTuple):
    """A run of characters without blanks: its stems, its names in lower case, and which of them are shaped."""

    stems: tuple[str, ...]
    names: tuple[str, ...]
    shaped: tuple[str, ...]


@lru_cache(CACHED)
def forms(run: str) -> Forms:
    """The stems and names in a run; programs repeat their own."""
    found = names(run)
    shaped = tuple(name.lower() for name in found if is_shaped(name))
    return Forms(tuple(stems(run)), tuple(name.lower() for name in found), shaped)


def read(text: str) -> list[Forms]:
    """The stems and names of a text, run by run."""
    # In plain ASCII, each word is within a name; no word or name of any script has a blank in it.
    return [forms(run) for run in (NAME.findall(text) if text.isascii() else text.split())]


@lru_cache(CACHED)
def is_shaped(name: str) -> bool:
    """Whether a name is one that only programs have, and no word of the language."""
    return SHAPED.search(name) is not None


def stem(word: str) -> str:
    """The word without a common English ending, so that `pings` and `pinged` meet."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e") + ("y" if ending in {"ies", "ied"} else "")
    return word.rstrip("e") if len(word) > 3 else word


def squeezed(text: str) -> str:
    """A label in the form in which labels are compared: one space, lower case, no trailing dots or colon."""
    return " ".join(text.replace("&amp;", "&").split()).strip(" .:…*").casefold()


def stem_of_path(path: str) -> str:
    """A path without its ending, its folders parted by spaces."""
    folder, _, name = path.rpartition("/")
    return f"{folder} {name.rpartition('.')[0] or name}".replace("/", " ")
