"""A check in words: for a terminal, as Markdown, and as the annotations of a pull request."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from portal.freshness.check import Hit
from portal.freshness.proofs import Proof
from portal.freshness.release import TIERS, Checked
from portal.freshness.review import Review
from portal.freshness.scan import Quoted
from portal.models import clean, counted

LONGEST = 140
MEANING = {
    1: "its front matter says that it covers this",
    2: "strong evidence in the change",
    3: "worth a look",
}


def text(checked: Checked) -> str:
    """The report for a terminal."""
    lines = [headline(checked)]
    for hit in checked.hits:
        lines += ["", f"{hit.file}  [{TIERS[hit.tier]}: {_why(hit)}]"]
        for proof in hit.proofs:
            lines.append(f"  line {proof.line}: {_short(proof.text)}")
            if proof.at is not None:
                # Not first in its line: a file named `::warning::` would be a command to GitHub's runner.
                lines.append(f"    in {_short(proof.at.file)}:{proof.at.number}: {_short(proof.at.text)}")
            lines.append(f"    {_short(proof.what)}")
    return "\n".join(lines)


def headline(checked: Checked) -> str:
    """One sentence on the whole check."""
    of = f"{checked.repo} {checked.release}".strip()
    if not checked.hits:
        return f"{of}: no article seems to be affected."
    rest = len(checked.hits) - len(checked.sure)
    sure = f"{counted(len(checked.sure), 'article')} to check"
    return f"{of}: {sure}" + (f", {rest} more worth a look." if rest else ".")


def markdown(checked: Checked, views: Mapping[str, int] | None = None) -> str:
    """The report as Markdown, for the summary of a job or a comment; with views, the most read come first."""
    lines = [f"## Articles and {_plain(f'{checked.repo} {checked.release}'.strip())}", "", headline(checked), ""]
    for hit in ordered(checked.hits, views or {}):
        lines += [f"### `{hit.file}`", "", f"{TIERS[hit.tier].capitalize()}: {_plain(_why(hit))}.", ""]
        lines += [*(line for proof in hit.proofs for line in markdown_of(proof)), ""]
    return "\n".join(lines).rstrip() + "\n"


def ordered(hits: Sequence[Hit], views: Mapping[str, int]) -> list[Hit]:
    """The hits by what is at stake: within a tier, how likely each is times how often its page is read."""
    return sorted(hits, key=lambda hit: (hit.tier, -hit.chance * (1 + views.get(hit.id, 0)), hit.id))


def annotations(checked: Checked) -> list[str]:
    """The sure hits as commands of GitHub's workflows, which shows them beside the articles' lines."""
    found = []
    for hit in checked.sure:
        for proof in hit.proofs or (Proof(1, "", None, ""),):
            title = _property(f"Check against {checked.release}")
            message = _command(f"{TIERS[hit.tier].capitalize()}: {proof.what or _why(hit)}")
            found.append(f"::warning file={_property(hit.file)},line={proof.line},title={title}::{message}")
    return found


def overdue(reviews: Iterable[Review], today: date) -> list[str]:
    """A line for each article whose review is overdue."""
    return [
        f"{one.id}: last reviewed {one.last}, due {one.due}, {counted(one.overdue(today), 'day')} late"
        + (f" ({one.owner})" if one.owner else " (no owner)")
        for one in reviews
    ]


def unknown(found: Iterable[Quoted]) -> list[str]:
    """For each quoted name that the product has nowhere a line, and one for each place that quotes it."""
    by_name: dict[tuple[str, str], list[Quoted]] = {}
    for one in found:
        by_name.setdefault((one.kind, one.name), []).append(one)
    return [
        line
        for (kind, name), places in by_name.items()
        for line in (
            f'The {kind} "{name}" is nowhere in the product:',
            *(f"  {one.file}:{one.line}" for one in places),
        )
    ]


def _why(hit: Hit) -> str:
    return "; ".join(hit.because) if hit.because else f"{MEANING[hit.tier]}, {round(100 * hit.chance)} %"


def markdown_of(proof: Proof) -> list[str]:
    """A proof as an item: the article's line, the product's, and what happened."""
    lines = [f"- line {proof.line}: {_code(proof.text)}"]
    if proof.at is not None:
        lines.append(f"  {_code(f'{proof.at.file}:{proof.at.number}')}: {_code(proof.at.text)}")
    return [*lines, f"  {_plain(proof.what)}"]


def _short(text: str) -> str:
    text = clean(" ".join(text.split()))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _code(text: str) -> str:
    """Text of another repository as code, in which nothing is a link or a mention."""
    short = _short(text)
    ticks = "``" if "`" in short else "`"
    return f"{ticks} {short} {ticks}" if "`" in short else f"`{short}`" if short else "(empty)"


def _plain(text: str) -> str:
    """Text in which nothing is Markdown, and no name a mention."""
    escaped = "".join(f"\\{character}" if character in "\\`*_{}[]<>#|" else character for character in text)
    return escaped.replace("@", "@\u200b")


def _command(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _command(text).replace(":", "%3A").replace(",", "%2C")
