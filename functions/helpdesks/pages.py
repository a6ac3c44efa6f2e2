"""Paged answers, up to a limit: a vendor's last page may never come."""

from collections.abc import Callable, Iterator

from functions.helpdesks.web import Answer

MOST = 50


def linked(fetch: Callable[[str], Answer], first: str, following: Callable[[Answer], str]) -> Iterator[Answer]:
    """Pages that name the next one, up to the last."""
    path = first
    for _ in range(MOST):
        page = fetch(path)
        yield page
        path = following(page)
        if not path:
            return


def numbered(fetch: Callable[[int], Answer], more: Callable[[Answer, int], bool], most: int = MOST) -> Iterator[Answer]:
    """Pages by number, counted from 1, as long as there are `more` after one."""
    for number in range(1, most + 1):
        page = fetch(number)
        yield page
        if not more(page, number):
            return
