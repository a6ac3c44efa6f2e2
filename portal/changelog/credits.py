"""Who did it and where: credits, hashes, pull requests and tickets at the end or the beginning of a line of news.

Nothing in the middle is ever taken, and at the ends only what is wholly one of these; in doubt it stays.
"""

import re

# Longer than any credit; what looks for one never reads more, so that the time grows with the text alone.
REACH = 600
# And nobody thanks this often in a line.
ROUNDS = 20
# `(ISO-8601)` is what the sentence is about, and no ticket.
STANDARDS = (
    "AES|ANSI|ARM|ASCII|BCP|BIP|BS|COVID|CP|CSS|CVE|CWE|DES|DIN|DO|EAN|ECMA|EIP|EN|ES|ETSI|EU|FIPS|GB|GMT|GPT|H|HIPAA"
    "|HL|HTML|HTTP|HTTPS|IAS|IBAN|IEC|IEEE|IFRS|IP|IPV|ISBN|ISO|ITU|JIS|JSON|LATIN|LTE|MD|MP|MPEG|NIST|OAUTH|OIDC|OR"
    "|OWASP|PCI|PEP|PKCS|PS|RAID|RFC|RGB|RSA|SAE|SAML|SHA|SOC|SQL|SSL|TCP|TLS|TOP|UCS|UN|URI|URL|US|USB|UTC|UTF|UUID"
    "|VAT|VT|WCAG|WIN|WINDOWS|X|XML"
)
# `Sort by @name` and `Notify with @team` are about the word, and so are these words themselves.
SORTED = re.compile(r"\b(?:sort|group|filter|order|search|split|mention|own|trigger)[a-z]*\b", re.IGNORECASE)
ABOUT = re.compile(
    r"\b(?:a|an|and|as|at|for|from|in|like|mention|mentions|of|on|or|the|to|use|using|via|when|with)$",
    re.IGNORECASE,
)
NOBODY = "all|channel|container|deprecated|everyone|font-face|here|import|keyframes|layer|media|mention|supports|team"

_URL = r"\([^()\s]{1,300}\)"
_LOGIN = rf"@(?!(?:{NOBODY})\b)[A-Za-z0-9](?:[A-Za-z0-9-]{{0,38}})(?:\[bot\])?(?![\w/])"
USER = rf"(?:\[{_LOGIN}\]{_URL}|{_LOGIN})"
_NUMBER = r"(?:[\w.-]{1,40}/[\w.-]{1,60})?[#!]\d{1,7}"
_PULL_URL = r"<?https?://[^\s()<>]{1,200}/(?:pull|merge_requests|issues)/\d{1,7}>?"
_TICKET = rf"(?!(?:{STANDARDS})-)[A-Z][A-Z0-9]{{1,9}}-\d{{1,6}}"
_HASH = r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,40}(?![0-9a-zA-Z])"
LINKED = (
    rf"(?:\[`?(?:{_NUMBER}|{_TICKET}|[0-9a-f]{{7,40}})`?\]{_URL}"
    r"|\[\d{1,7}\]\([^()\s]{1,250}/(?:pull|merge_requests|issues)/\d{1,7}\))"
)
REFERENCE = rf"(?:{LINKED}|{_NUMBER}|{_PULL_URL}|{_TICKET}|`?{_HASH}`?)"
_AND = r"(?:,? and |,? & |, ?| )"
_THANKS = r"(?:many )?(?:thanks|thank you|props|kudos)(?:,? to)?:?"
_BY = rf"(?i:{_THANKS}|(?:(?:contributed|reported|suggested|found|co-authored) )?by:?)"
_CLOSES = r"(?i:close[sd]?|fix(?:es|ed)?|resolve[sd]?|refs?|see|part of|related to):?"
_DONE = rf"{USER}(?: in {REFERENCE})?"
_INSIDE = rf"(?:(?:{_BY}|{_CLOSES}) )?(?:{REFERENCE}|{USER})(?:{_AND}(?:(?:{_BY}|{_CLOSES}) )?(?:{REFERENCE}|{USER}))*"

# Each with what may stand before it; a full stop after it is the sentence's.
ENDS = tuple(
    re.compile(rf"{pattern}(?P<stop>[.!]?)$")
    for pattern in (
        rf"(?:(?<=[,;.:)])[ \t\n]*|^|\n)(?:{_CLOSES}) {REFERENCE}(?:{_AND}{REFERENCE})*",
        rf"(?:(?:(?<=[.!?)])[ \t\n]+)|^|\n)(?i:{_THANKS}) {USER}(?:{_AND}{USER})*(?: for [^.\n]{{1,80}})?",
        rf"[ \t\n]+(?P<by>{_BY}) {_DONE}(?:{_AND}{_DONE})*",
        rf"[ \t\n]+in (?P<reference>{LINKED}|{_PULL_URL}|#\d{{1,7}})",
        rf"[ \t\n]*[,;]?[ \t\n]*(?<!\])(?P<reference>\({_INSIDE}\))",
        rf"[ \t\n]*[,;]?[ \t\n]+(?P<reference>{LINKED}(?:{_AND}{LINKED})*)",
    )
)
# A line as GitHub writes it for a pull request; what its author goes on with is in the lines below.
GENERATED = re.compile(rf" by {_LOGIN}(?:{_AND}{_LOGIN})* in {_PULL_URL}$")
# `* Title @ada (#12)`, as release-drafter writes: a name alone is a credit beside a number.
BESIDE = re.compile(rf"[ \t]+{_LOGIN}(?:{_AND}{_LOGIN})*$")
# What nobody begins a sentence with: marks around it, or a mark after it.
STARTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?:{LINKED}|`?{_HASH}`?|[Tt]hanks {USER}(?:{_AND}{USER})*!?)[ \t,]*)+[-:\u2013\u2014][ \t]+",
        rf"(?:{LINKED}|`?{_HASH}`?):?[ \t]+",
        rf"\[(?:{_NUMBER}|{_TICKET})\]:?[ \t]+(?:[-:\u2013\u2014][ \t]+)?",
        rf"\((?:{_NUMBER}|{_TICKET})\):?[ \t]+",
        rf"(?:{_NUMBER}|{_TICKET})[ \t]?(?::|[ \t][-\u2013\u2014])[ \t]+",
    )
)
# A line that is a credit and nothing else.
WHOLE = re.compile(rf"(?:{_BY} )?{_DONE}(?:{_AND}{_DONE})*[.!]?")
GOES_ON = re.compile(r"(?:and|or|is|are|was|were|has|have|now)\b|[,.;:]")


def without(text: str) -> str:
    """A paragraph without the credits and references at its ends; empty when it is nothing else."""
    if len(text) <= REACH and WHOLE.fullmatch(text.strip()):
        return ""
    return _without_end(without_start(text))


def without_start(text: str) -> str:
    """A paragraph without the references at its beginning."""
    at = 0
    for _ in range(ROUNDS):
        ahead = text[at : at + REACH]
        match = next((found for start in STARTS if (found := start.match(ahead))), None)
        if match is None or GOES_ON.match(text, at + match.end()):
            break
        at += match.end()
    return text[at:]


def _without_end(text: str) -> str:
    end, stop, beside = len(text.rstrip()), "", False
    for _ in range(ROUNDS):
        tail = text[max(0, end - REACH) : end]
        match = next((found for pattern in ENDS if (found := _ending(pattern, tail))), None)
        if match is None and beside and (found := BESIDE.search(tail)) and not ABOUT.search(tail[: found.start()]):
            match = found
        if match is None:
            break
        named = match.groupdict()
        stop, beside = named.get("stop") or stop, bool(named.get("reference"))
        end -= len(tail) - match.start()
        end = len(text[max(0, end - REACH) : end].rstrip(" \t\n,;")) + max(0, end - REACH)
    kept = text[:end]
    return f"{kept}." if stop == "." and kept and kept[-1] not in ".!?:" else kept


def _ending(pattern: re.Pattern[str], tail: str) -> re.Match[str] | None:
    match = pattern.search(tail)
    if match is None or not match.groupdict().get("by") or " in " in match[0]:
        return match
    before = tail[: match.start()]
    return None if ABOUT.search(before) or SORTED.search(before) else match
