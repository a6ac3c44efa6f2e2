"""An incident of a file and the store: what is added, what was taken out, and whose word is the last."""

from dataclasses import replace

import pytest

from portal.status import Incident, Update
from portal.status.merge import extended, whole

SECOND = 1000


def incident(*bodies: str, first: int = 1, source: str = "manual", **fields: object) -> Incident:
    """An incident with an update each second; the last text is the status."""
    updates = tuple(
        Update((first + n) * SECOND, "resolved" if "end" in body else "investigating", body)
        for n, body in enumerate(bodies)
    )
    over = bool(updates) and updates[-1].status == "resolved"
    return replace(
        Incident("a", "A", updates[-1].status, "minor", SECOND, updates[-1].at if over else None, source=source),
        updates=updates,
        **fields,
    )


def bodies(one: Incident | None) -> list[str]:
    return [update.body for update in one.updates] if one else []


SEEN_TWO = {"1000": 5, "2000": 5}


@pytest.mark.parametrize(
    ("file", "stored", "in_git", "built_at", "expected"),
    [
        # The file has not seen the store's second update yet.
        (incident("one"), incident("one", "two"), {"1000": 5}, 5, ["one", "two"]),
        # It had it, and a newer build has not.
        (incident("one"), incident("one", "two"), SEEN_TWO, 6, ["one"]),
        # An older build, put back after a fault, says nothing of what was taken out.
        (incident("one"), incident("one", "two"), SEEN_TWO, 4, ["one", "two"]),
        (incident("one"), incident("one", "two"), SEEN_TWO, 5, ["one", "two"]),
        # Of what was taken out only that: the third came later.
        (incident("one"), incident("one", "two", "three"), SEEN_TWO, 6, ["one", "three"]),
        # The first one was taken out.
        (incident("two", first=2), incident("one", "two"), SEEN_TWO, 6, ["two"]),
        # An edited text is the file's.
        (incident("ONE"), incident("one", "two"), {"1000": 5}, 6, ["ONE", "two"]),
        # A text that somebody wrote into the file between two of the store's.
        (incident("one", "two"), incident("three", first=3), {}, 6, ["one", "two", "three"]),
        # The whole file was taken out, all of it or all but what no build had.
        (None, incident("one", "two"), SEEN_TWO, 6, []),
        (None, incident("one", "two", "three"), SEEN_TWO, 6, ["three"]),
        (None, incident("one", "two"), {}, 6, ["one", "two"]),
    ],
)
def test_the_store_adds_only_what_the_repository_has_not_seen(file, stored, in_git, built_at, expected):
    assert bodies(whole(file, stored, in_git, built_at)) == expected


def test_the_last_update_gives_the_status_whichever_side_it_is_from():
    reopened = whole(incident("one", "the end"), incident("one", "the end", "again"), {}, 0)
    ended = whole(incident("one"), incident("one", "the end"), {}, 0)
    taken_back = whole(incident("one"), incident("one", "the end"), SEEN_TWO, 6)

    assert reopened
    assert ended
    assert taken_back
    assert (reopened.status, reopened.resolved_at) == ("investigating", None)
    assert (ended.status, ended.resolved_at) == ("resolved", 2 * SECOND)
    assert (taken_back.status, taken_back.resolved_at) == ("investigating", None)


def test_a_text_that_was_written_into_the_file_makes_the_incident_peoples():
    by_hand = whole(incident("one", "by hand", source="auto"), incident("one", source="auto"), {}, 0)
    untouched = whole(incident("one", source="auto"), incident("one", "two", source="auto"), {}, 0)

    assert by_hand
    assert untouched
    assert (by_hand.source, untouched.source) == ("auto+manual", "auto")


def test_what_a_build_had_and_the_file_lacks_does_not_come_back_with_the_next_sync():
    live = incident("one", "two", "three")
    marks = [True, True, False]
    live = replace(
        live, updates=tuple(replace(one, built=built) for one, built in zip(live.updates, marks, strict=True))
    )

    assert bodies(extended(incident("one"), live)) == ["one", "three"]
