"""How an article is built: its title, what stands first, whether steps are numbered."""

import re
from collections.abc import Iterator, Sequence

from portal.articles.writing.reading import Unit, beginning

Place = tuple[int, str]
# With these a question begins; a title need not end with its mark.
ASKS = re.compile(
    r"(?:how|what|why|when|where|which|who|whose|can|could|do|does|did|is|are|was|will|would|should|may|must|has|have)\b",
    re.IGNORECASE,
)
# With these a task begins, in the form of a command; "-ing" and "How to" are seen by their form.
TASK_WORDS = """
    accept access activate add adjust allow apply approve archive ask assemble assign attach authenticate back
    backup block book boot browse build buy calibrate call cancel change charge chat check choose clean clear
    clone close code collect compare compile complete configure confirm connect contact contribute control convert copy
    correct create customise customize deactivate debug decide decline define delete deploy design detect develop
    disable disconnect discover dispute download downgrade draw duplicate edit embed enable encrypt end enter
    erase exclude exit explore export extend factory filter find finish fix flash follow force forget format
    forward free generate get give go grant group hide identify ignore import improve include increase insert
    install integrate invite join keep label launch learn leave limit link list load lock log lower make manage
    map mark measure merge migrate modify monitor move mute name navigate open order organise organize pair pause
    pay perform pick pin place plan play post power practise prepare prevent preview print program protect prove
    provide publish purchase put read reboot recall receive recover reduce refresh refund register reinstall
    reject release reload remove rename renew reopen repair replace reply report request require reschedule reset
    resend resize resolve restart restore restrict resume retrieve return review revoke rotate run save scan
    schedule search secure see select sell send set share show shut sign simulate skip snooze solve sort speed
    split start stay stop store stream submit subscribe switch sync synchronise synchronize tag take tell test
    track train transfer translate troubleshoot trust try turn tweak unarchive unblock undo uninstall unlink
    unlock unsubscribe update upgrade upload use validate verify view visit wait watch win withdraw work write
    zoom
"""
TASKS = frozenset(TASK_WORDS.split())
# They end as a deed in progress does and name a thing.
THINGS = frozenset({"billing", "pricing", "during", "shipping", "string", "everything", "nothing", "something", "king"})
# A word that is none of these, before "a" or "the", is what somebody does: "Disband a space".
NO_DEED = frozenset({"about", "after", "all", "and", "before", "by", "for", "from", "in", "inside", "of", "on", "with"})
ARTICLES = frozenset({"a", "an", "the", "your", "my", "our"})
MANNER = frozenset({"manually", "quickly", "safely", "automatically"})
# The number under which an announcement is known: ACME-2026-04.
NUMBERED = re.compile(r"[A-Z]{2,}-\d")
SYMPTOM = re.compile(
    r"^(?:if|when|error|errors|warning|missing|lost|locked|no|nothing|unable|failed|cannot|can[’']?t|won[’']?t|isn[’']?t"
    r"|doesn[’']?t|my|i|i[’']m|we|the)\b|n[’']t\b|\b(?:not|cannot|fails?|failed|failing|error|errors|issues?|problems?"
    r"|changes|broken|stuck|slow|crash\w*|declined|denied|expired|blocked|locked|missing|lost|wrong|unable|unresponsive"
    r"|troubleshooting|appears?|shows?|keeps?|stops?|stopped|limit|exceeded|required|refused|no longer|timed? ?out)\b"
    r"|^[\"'“`]",
    re.IGNORECASE,
)
# What comes before an answer when a writer warms up.
ANNOUNCES = re.compile(
    r"(?:in|with) this (?:article|guide|page|tutorial|section|document)\b|this (?:article|guide|page|tutorial|document)"
    r" (?:will )?(?:explains?|describes?|shows?|covers?|provides?|contains?|outlines?|helps?|walks?|is about|teach\w*)"
    r"|(?:in this article|table of contents|contents|on this page|overview|introduction):?$|welcome to\b"
    r"|(?:here|below|the following article)[,]? (?:you|we)(?:[’']ll| will| can)? (?:find|learn|see|explain)"
    r"|learn (?:how|more|about)\b|(?:hi|hello|dear)\b",
    re.IGNORECASE,
)
# With one of these a step begins.
DOES = re.compile(
    r"(?:\w+ly )?(?:then,? |next,? |now,? |first,? |finally,? )?(?:add|change|check|choose|click|close|confirm|connect"
    r"|copy|create|delete|disconnect|download|drag|enter|fill|find|follow|go|hold|insert|install|launch|log|move|name"
    r"|navigate|open|paste|plug|press|refresh|release|remove|rename|restart|run|save|scroll|select|set|sign|start|switch"
    r"|tap|toggle|turn|type|unplug|upload|wait)\b",
    re.IGNORECASE,
)
FEWEST_STEPS = 3


def title(text: str) -> Iterator[str]:
    """What is wrong with a title; nothing for a question, a task or a symptom."""
    words = re.findall(r"[^\W\d_]+(?:['’]\w+)?", text.lower())
    if not words or not text.isascii() or NUMBERED.match(text):
        return  # not English, which is all that we can judge, or no article that answers
    first = (
        words[0] if words[0] not in ("manually", "quickly", "safely", "automatically") or len(words) < 2 else words[1]
    )
    does = len(words) > 1 and words[1] in ARTICLES and words[0] not in NO_DEED
    asks = text.rstrip().endswith("?") or ASKS.match(text.strip())
    if not (
        asks
        or does
        or first in TASKS
        or (first.endswith("ing") and first not in THINGS)
        or SYMPTOM.search(text.strip())
    ):
        yield f"the title '{text}' is neither a question nor a task nor a symptom"


def answer_first(units: Sequence[Unit], line: int) -> Iterator[Place]:
    """What stands in front of the answer; `line` is that of the text's beginning."""
    rest = units[1:] if units and units[0].kind == "heading" and units[0].indent == 1 else units
    if not rest:
        yield line, "nothing stands in this article"
        return
    first = rest[0]
    if first.kind == "heading":
        yield first.line, f"the heading '{first.text}' comes before the answer"
    elif first.kind == "picture":
        yield first.line, "a picture comes before the answer"
    elif ANNOUNCES.match(first.prose):
        yield first.line, f"'{beginning(first.text)}' announces an answer and gives none"


def steps(units: Sequence[Unit]) -> Iterator[Place]:
    """Each list of steps that has bullets for numbers: three items at least, and every one begins with a deed."""
    run: list[Unit] = []
    for unit in [*units, Unit("heading", ((0, ""),))]:
        if unit.kind == "item" and (not run or unit.indent == run[0].indent):
            run.append(unit)
        elif unit.kind not in ("item", "picture", "code") and unit.indent <= (run[0].indent if run else 0):
            if len(run) >= FEWEST_STEPS and all(DOES.match(one.text.strip("*_ ")) for one in run):
                yield run[0].line, f"{len(run)} steps have bullets: '{run[0].text[:60]}'"
            run = []
