"""The articles as their writers leave them: what the rules find, questions asked twice, and what nobody has written."""

from pathlib import Path

from functions.errors import VendorError
from portal.articles import demand
from portal.articles.writing import baseline, cache
from portal.models import counted
from portal.search.words import stems
from scripts import top_questions
from scripts.check_articles import WritersError, choices, findings, judged, options, read
from scripts.doctor import Check, Found, Portal, Refused, bad, connected, good, unknown

DOCS, CONFIG = Path("docs"), Path("mkdocs.yml")
TOP = 50


def rules(portal: Portal) -> Found:
    """Errors and warnings that are not in the baseline; advice is the writers' own affair."""
    try:
        found = findings(read(DOCS), choices(CONFIG), portal.today, Path(cache.FILE))
        new = baseline.sort(found, baseline.read(Path(baseline.FILE))).new
    except (WritersError, ValueError) as error:
        return unknown("the articles cannot be read here", str(error))
    serious = [one for one in new if one.level in ("error", "warning")]
    if serious:
        first = serious[0]
        more = f", and {counted(len(serious) - 1, 'more finding')}" if len(serious) > 1 else ""
        return bad(f"{first.file}:{first.line}: {first.why}{more}", "Run: python -m scripts.check_articles")
    return good(f"no error and no warning, {counted(len(new), 'piece')} of advice")


def wanted(portal: Portal) -> Found:
    """The questions that customers asked most often in 90 days, and how many of them have no article."""
    try:
        known = judged(read(DOCS), options(choices(CONFIG)), Path(cache.FILE))
    except WritersError as error:
        return unknown("the articles cannot be read here", str(error))
    library = top_questions.library_of(known)
    try:
        connected(portal, "desk")
        asked = list(top_questions.asked(portal.services))
    except (Refused, VendorError) as error:
        return unknown(f"the help desk cannot say what was asked: {error}", "See the row of the help desk.")
    found = demand.questions(asked, library, stems)
    often = [one for one in found[:TOP] if one.total >= top_questions.FEWEST]
    missing = [one for one in often if not one.article]
    if missing:
        more = f" and {counted(len(missing) - 1, 'more question')}" if len(missing) > 1 else ""
        return bad(
            f"asked often, and no article answers it: '{missing[0].text}'{more}",
            "Run python -m scripts.top_questions, and begin with the first that has none.",
        )
    return good(top_questions.headline(found, TOP, top_questions.tickets_in(asked)))


CHECKS = (
    Check("writing", "Articles as the rules want them", rules, stage=1),
    Check("write-next", "What to write next", wanted, stage=4),
)
