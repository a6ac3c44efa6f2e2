"""Which pages stand in which menu, by what is switched on."""

from portal import menu
from portal.settings import Parts

ALL = {**dict.fromkeys(Parts.model_fields, True), "sign_in": True}


def titles(name: str, **off: bool) -> list[str]:
    return [place.title for place in menu.places(name, ALL | off)]


def test_ones_own_pages_alone_are_under_manage_your_account() -> None:
    assert titles("own") == ["Your requests", "Billing", "Account"]
    assert all(place.own for place in menu.places("own", ALL))


def test_where_nobody_can_sign_in_there_are_no_own_pages() -> None:
    assert titles("own", sign_in=False) == []
    assert titles("footer", sign_in=False) == ["Status", "Changelog", "Contact support"]
