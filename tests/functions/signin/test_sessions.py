"""Sessions: nobody is signed in but by a signed cookie that leads to a living row."""

from itsdangerous import URLSafeSerializer
from werkzeug.test import EnvironBuilder

from functions.http import Request
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.clock import HOUR_MS
from portal.models import Requester
from tests.conftest import ADA, Browser


def request_with(services: Services, cookie: str) -> Request:
    return Request(EnvironBuilder(headers={"Cookie": f"{services.settings.cookie_name}={cookie}"}).get_environ())


def test_a_session_remembers_who_and_their_claims(services: Services):
    cookie = sessions.start(services, ADA, {"plan": "Team"})
    session = sessions.current(request_with(services, cookie), services)

    assert session is not None
    assert (session.requester, session.claims) == (ADA, {"plan": "Team"})


def test_a_forged_or_edited_cookie_is_nobody(services: Services):
    cookie = sessions.start(services, ADA, {})
    forged = URLSafeSerializer("x" * 32, salt="session").dumps("any")
    other_purpose = URLSafeSerializer(services.settings.secret_keys[0], salt="login").dumps("any")

    for value in ("", "nonsense", cookie[:-1], cookie[1:], forged, str(other_purpose)):
        assert sessions.current(request_with(services, value), services) is None


def test_a_session_ends_twelve_hours_after_the_last_visit(services: Services):
    cookie = sessions.start(services, ADA, {})
    start = services.now()
    for hours, alive in ((11, True), (22, True), (23, True)):
        services.clock.at = start + hours * HOUR_MS
        assert (sessions.current(request_with(services, cookie), services) is not None) == alive
    services.clock.at = start + 24 * HOUR_MS + 1

    assert sessions.current(request_with(services, cookie), services) is None


def test_a_session_that_nobody_used_for_twelve_hours_is_over(services: Services):
    cookie = sessions.start(services, ADA, {})
    start = services.now()
    services.clock.at = start + 12 * HOUR_MS + 1

    assert sessions.current(request_with(services, cookie), services) is None
    sessions.purge(services, 0)
    assert services.store.all("select id from session") == []


def test_an_ended_session_does_not_come_back(services: Services):
    cookie = sessions.start(services, ADA, {})
    sessions.end(request_with(services, cookie), services)

    assert sessions.current(request_with(services, cookie), services) is None


def test_keys_can_be_changed_without_signing_anyone_out(services: Services, environ: dict[str, str]):
    cookie = sessions.start(services, ADA, {})
    rotated = Services(read(environ | {"SECRET_KEYS": f"{'n' * 32},{'k' * 32}"}))
    dropped = Services(read(environ | {"SECRET_KEYS": "n" * 32}))

    assert sessions.current(request_with(services, cookie), rotated) is not None
    assert sessions.current(request_with(services, cookie), dropped) is None
    assert sessions.current(request_with(services, sessions.start(rotated, ADA, {})), dropped) is not None
    rotated.store.close()
    dropped.store.close()


def test_the_cookie_is_closed_to_scripts_and_other_sites(browser: Browser, services: Services, environ: dict[str, str]):
    from werkzeug.wrappers import Response

    https = Services(read(environ | {"PUBLIC_ORIGIN": "https://help.acme.example", "TRUSTED_HOPS": "1"}))
    response = Response()
    sessions.set_cookie(response, "x", https)
    cookie = response.headers["Set-Cookie"]

    assert cookie.startswith("__Host-portal=x;")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_name_cut_inside_an_emoji_and_a_nul_do_no_harm(services: Services):
    eve = Requester("sub\x00-eve", "eve@customer.example", "Eve \ud83d\x00", "customer")
    session = sessions.current(request_with(services, sessions.start(services, eve, {"plan": "Te\x00am"})), services)

    assert session is not None
    assert (session.requester.subject, session.requester.name) == ("sub-eve", "Eve")
    assert session.claims == {"plan": "Team"}
