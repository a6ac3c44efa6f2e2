"""The functions' environment: everything wrong is said at once, and secrets stay secret."""

import pytest

from functions.errors import SettingsError
from functions.settings import read

GOOD = {
    "PUBLIC_ORIGIN": "https://help.acme.example",
    "SECRET_KEYS": "k" * 32,
    "TICK_TOKEN": "t" * 16,
    "TRUSTED_HOPS": "1",
}


def test_all_missing_settings_are_listed_at_once():
    with pytest.raises(SettingsError) as error:
        read({"BILLER": "stripe", "OIDC_ISSUER": "https://id.acme.example"})

    for name in ("PUBLIC_ORIGIN", "SECRET_KEYS", "TICK_TOKEN", "STRIPE_KEY", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        assert f"Set {name}" in str(error.value)


def test_a_wrong_choice_is_quoted_with_the_known_ones():
    with pytest.raises(SettingsError, match="HELPDESK='zendsk' is not one of: built_in"):
        read(GOOD | {"HELPDESK": "zendsk"})


@pytest.mark.parametrize(
    "origin", ["http://help.acme.example", "https://help.acme.example/help", "help.acme.example", "ftp://x"]
)
def test_an_origin_must_be_https_without_a_path(origin: str):
    with pytest.raises(SettingsError, match="PUBLIC_ORIGIN"):
        read(GOOD | {"PUBLIC_ORIGIN": origin})


@pytest.mark.parametrize(
    "name",
    [
        "x-forwarded-for",
        "X-Forwarded-For",
        " X_FORWARDED_FOR ",
        "HTTP_X_FORWARDED_FOR",
        "x-forwarded-for:",
        "Forwarded",
        "http_forwarded",
        "x-original-forwarded-for",
        "Forwarded-For",
    ],
)
def test_a_header_that_clients_may_begin_is_refused(name: str):
    with pytest.raises(SettingsError, match="TRUSTED_HOPS to how many of your proxies add to X-Forwarded-For"):
        read(GOOD | {"CLIENT_IP_HEADER": name})


@pytest.mark.parametrize(
    "name", ["CF-Connecting-IP", "x-real-ip", "Fly-Client-IP", "True_Client_IP", "x-nf-client-connection-ip"]
)
def test_a_header_of_the_host_alone_is_taken(name: str):
    assert read(GOOD | {"CLIENT_IP_HEADER": name}).client_ip_header == name.lower().replace("_", "-")


@pytest.mark.parametrize("name", ["cf connecting ip", "x-real-ip, x-client", "x-real-ip: 1.2.3.4", "ü"])
def test_what_is_no_header_is_refused(name: str):
    with pytest.raises(SettingsError, match="is not the name of one header"):
        read(GOOD | {"CLIENT_IP_HEADER": name})


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PUBLIC_ORIGIN", "https://hilfe.bücher.example", "must have its host in ASCII: hilfe.xn--bcher-kva.example."),
        ("PUBLIC_ORIGIN", "https://straße.example", "must have its host in ASCII: xn--strae-oqa.example."),
        ("PUBLIC_ORIGIN", "https://помощь.example", "must have its host in ASCII: xn--l1adbb7cs.example."),
        ("PUBLIC_ORIGIN", "https://💡.example", "has a host that does not exist in ASCII."),
        ("PUBLIC_ORIGIN", "https://[::1", "cannot be read as an address."),
        ("OIDC_ISSUER", "https://konto.bücher.example", "write it as konto.xn--bcher-kva.example."),
        ("OIDC_ISSUER", "https://[konto", "cannot be read as an address"),
        ("OIDC_HOSTS", "id.acme.example, 登录.example", "write it as xn--w2t382c.example."),
        ("BILLING_HOSTS", "zahlen.grüße.example", "write it as zahlen.xn--gre-6ka8l.example."),
        ("SMTP_URL", "smtps://u:p@post.grüße.example", "write it as post.xn--gre-6ka8l.example."),
        ("DATABASE_URL", "postgresql://u:pass[word@db/portal", "cannot be read as an address"),
    ],
)
def test_a_host_is_asked_for_in_ascii(variable: str, value: str, said: str):
    more = {"OIDC_CLIENT_ID": "c", "OIDC_CLIENT_SECRET": "s", "MAIL_FROM": "help@acme.example"}
    with pytest.raises(SettingsError) as error:
        read(GOOD | more | {variable: value})

    (fault,) = [line for line in str(error.value).split("\n") if line.startswith(f"- {variable}")]
    assert said in fault
    assert "pass[word" not in fault


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OIDC_ISSUER", "id.acme.example", "'id.acme.example' must be https://"),
        ("OIDC_ISSUER", "http://id.acme.example", "'http://id.acme.example' must be https://"),
        ("OIDC_ISSUER", "https:///realms/acme", "'https:///realms/acme' has no host"),
        ("SMTP_URL", "http://mail.acme.example", "SMTP_URL is no address of an email server; write smtps://"),
        ("SMTP_URL", "mail.acme.example:587", "SMTP_URL is no address of an email server; write smtps://"),
        ("SMTP_URL", "smtps://u:p@mail.acme.example:smtp", "SMTP_URL has a port that is not a number"),
    ],
)
def test_an_address_without_its_scheme_host_or_port_is_refused(variable: str, value: str, said: str):
    more = {"OIDC_CLIENT_ID": "c", "OIDC_CLIENT_SECRET": "s", "MAIL_FROM": "help@acme.example"}
    with pytest.raises(SettingsError) as error:
        read(GOOD | more | {variable: value})

    assert said in str(error.value)
    assert "u:p@" not in str(error.value)


def test_plain_http_is_allowed_on_loopback_without_secure_cookies():
    settings = read(GOOD | {"PUBLIC_ORIGIN": "http://127.0.0.1:8000"})

    assert settings.cookie_name == "portal"
    assert not settings.secure


def test_https_gets_a_host_cookie():
    assert read(GOOD).cookie_name == "__Host-portal"


@pytest.mark.parametrize("variable", ["AWS_LAMBDA_FUNCTION_NAME", "VERCEL", "K_SERVICE"])
def test_sqlite_is_refused_on_a_serverless_host(variable: str):
    with pytest.raises(SettingsError, match="DATABASE_URL must be postgresql://"):
        read(GOOD | {variable: "x"})


def test_postgresql_is_welcome_on_a_serverless_host():
    assert read(GOOD | {"VERCEL": "1", "DATABASE_URL": "postgresql://u:p@db/portal"}).database_url


def test_secrets_do_not_show():
    settings = read(GOOD | {"SMTP_URL": "smtp://u:hunter2@mail", "MAIL_FROM": "a@b.example", "STRIPE_KEY": "rk_live_x"})

    for secret in ("k" * 32, "t" * 16, "hunter2", "rk_live_x"):
        assert secret not in repr(settings)


def test_claims_are_mapped_by_name():
    settings = read(GOOD | {"OIDC_CLAIMS": "account=org_id, billing_admin=is_owner"})

    assert settings.oidc_claims["account"] == "org_id"
    assert settings.oidc_claims["plan"] == "plan"


def test_a_claim_nobody_knows_is_refused():
    with pytest.raises(SettingsError, match="OIDC_CLAIMS has 'acount=org'"):
        read(GOOD | {"OIDC_CLAIMS": "acount=org"})


def test_behind_https_the_operator_must_say_where_the_clients_address_is():
    with pytest.raises(SettingsError, match="Set CLIENT_IP_HEADER"):
        read(GOOD | {"TRUSTED_HOPS": ""})


def test_a_portal_without_a_help_desk_does_not_start():
    with pytest.raises(SettingsError, match="HELPDESK='none'"):
        read(GOOD | {"HELPDESK": "none"})


def test_who_may_ask_is_one_of_three():
    assert read(GOOD).tickets_anonymous == "verify"
    with pytest.raises(SettingsError, match="TICKETS_ANONYMOUS='everyone' is not one of: verify, off, open"):
        read(GOOD | {"TICKETS_ANONYMOUS": "everyone"})


def test_a_mailbox_without_a_mail_server_is_a_mistake():
    with pytest.raises(SettingsError, match="SUPPORT_MAILBOX needs SMTP_URL"):
        read(GOOD | {"SUPPORT_MAILBOX": "help@acme.example"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HELPDESK", "custom.desk:connect"),
        ("BILLER", "custom.billing:connect"),
        ("OIDC_ISSUER", "https://id.acme.example"),
        ("SMTP_URL", "smtps://user:password@mail.acme.example"),
        ("STRIPE_KEY", "rk_live_0123456789"),
        ("ANYTHING", " sk_live_0123456789"),
    ],
)
def test_a_preview_has_no_other_vendor_and_no_live_key(variable: str, value: str):
    with pytest.raises(SettingsError, match=f"{variable}.*PREVIEW=1") as error:
        read(GOOD | {"PREVIEW": "1", variable: value})

    assert "0123456789" not in str(error.value)


def test_a_preview_with_the_built_in_vendors_starts():
    assert read(GOOD | {"PREVIEW": "1", "STRIPE_KEY": "rk_test_0123456789"}).preview
    assert not read(GOOD).preview
