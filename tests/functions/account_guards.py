"""The guards of the account page (see guards.py)."""

from tests.functions.guards import Guard

TABLE, LINKS, CARDS = "portal/account/__init__.py", "functions/identity/links.py", "functions/account/page.py"
JOBS, SCIM, SERVER = "functions/account/jobs.py", "functions/identity/scim.py", "functions/identity/server_links.py"
A, S, V = "account/test_page.py::", "identity/test_scim.py::", "identity/test_server_links.py::"
GUARDS = [
    Guard(
        "admins only",
        CARDS,
        "not accounts.is_admin(session.claims)",
        "False",
        f"{S}test_a_team_is_for_account_admins_only",
    ),
    Guard(
        "admins by claim only",
        TABLE,
        'return is_true(claims["account_admin"])',
        'return bool(claims["account_admin"])',
        f"{A}test_only_a_claim_makes_an_account_admin",
    ),
    Guard(
        "more than an address",
        CARDS,
        "by_address(session) and job not in BY_ADDRESS",
        "False",
        f"{A}test_whoever_has_shown_only_an_address_sees_what_needs_an_account",
    ),
    Guard(
        "what is filled in is encoded",
        TABLE,
        'quote(value, safe="")',
        "value",
        f"{A}test_what_fills_a_link_cannot_change_where_it_leads",
    ),
    Guard(
        "the hosts of the links",
        LINKS,
        "return url if is_safe(url) and urlsplit(url).netloc in hosts(account) else None",
        "return url",
        f"{A}test_an_older_bundle_with_an_unsafe_link_leads_nowhere",
    ),
    Guard(
        "claims fill a link",
        JOBS,
        "links.page_url(services, link, session.requester if session else None,",
        "links.page_url(services, link, __import__('dataclasses').replace(session.requester,"
        " subject=request.values.get('user', '')) if session else None,",
        f"{A}test_claims_fill_a_link_and_forms_and_addresses_do_not",
    ),
    Guard(
        "one's own sessions",
        JOBS,
        '"select id, created_at, seen_at from session where subject_id = :subject and seen_at',
        '"select id, created_at, seen_at from session where length(:subject) > 0 and seen_at',
        f"{A}test_one_sees_ones_own_sessions_and_signs_one_out",
    ),
    Guard(
        "ids of sessions stay here",
        JOBS,
        'hashlib.sha256(row["id"].encode()).hexdigest()[:32]',
        'row["id"]',
        f"{A}test_one_sees_ones_own_sessions_and_signs_one_out",
    ),
    Guard(
        "read again after coming back",
        CARDS,
        "sessions.current(request, services, JUST_NOW_MS) or",
        "None or",
        f"{A}test_coming_back_from_a_page_reads_the_claims_again",
    ),
    Guard(
        "no referrer to the provider",
        JOBS,
        'response.headers["Referrer-Policy"] = "no-referrer"',
        "pass",
        f"{A}test_the_way_out_is_a_form_kept_by_no_cache_and_told_to_no_log",
    ),
    Guard(
        "so many a while",
        JOBS,
        "client(request, services.settings), AT_MOST, PER_SECONDS",
        "client(request, services.settings), 10**9, PER_SECONDS",
        f"{A}test_an_unknown_job_and_too_many_are_refused",
    ),
    Guard(
        "a recent sign-in for tickets",
        JOBS,
        "if not invites and not _is_recent(services, session):",
        "if False:",
        f"{V}test_an_old_session_gets_no_ticket_for_a_password",
    ),
    Guard(
        "the hosts of a ticket",
        JOBS,
        "if not is_safe(url) or urlsplit(url).netloc not in hosts:",
        "hosts = {urlsplit(url).netloc}\n    if False:",
        f"{V}test_a_page_on_a_host_that_is_not_allowed_is_never_opened",
    ),
    Guard(
        "a team by claim only",
        SERVER,
        "return asked.requester.account",
        "return asked.requester.email.partition('@')[2]",
        f"{V}test_a_colleague_is_invited_to_ones_own_organisation",
    ),
    Guard(
        "the attribute list",
        SCIM,
        "if name in ATTRIBUTES and value.strip() != profile.values[name]",
        "if value.strip() != profile.values.get(name)",
        f"{S}test_only_what_is_on_the_list_is_changed_whoever_calls",
    ),
    Guard(
        "the filter is not believed",
        SCIM,
        'if _same(str(one.get(name, "")), value, exact=name != "userName")',
        "",
        f"{S}test_a_server_that_ignores_the_filter_gives_nobody_somebody_elses_profile",
    ),
    Guard(
        "one's own team, exactly",
        SCIM,
        'exact=name != "userName")',
        "exact=False)",
        f"{S}test_an_admin_of_one_team_touches_no_other",
    ),
    Guard(
        "one's own name, unfolded",
        SCIM,
        "if exact or not (one.isascii() and other.isascii()):",
        "if exact:",
        f"{S}test_letters_that_become_anothers_by_folding_give_nobody_anothers_profile",
    ),
    Guard(
        "members of one's own team",
        SCIM,
        "if member_id not in {member.id for member in team.members}:",
        "if False:",
        f"{S}test_an_admin_of_one_team_touches_no_other",
    ),
    Guard("not oneself", SCIM, "if member_id == own:", "if False:", f"{S}test_nobody_removes_themselves"),
    Guard(
        "quotes in a filter",
        SCIM,
        "return json.dumps(value)",
        "return f'\"{value}\"'",
        f"{S}test_quotes_are_part_of_the_value",
    ),
    Guard(
        "nobody is overwritten",
        SCIM,
        "if version and profile.version and version != profile.version:",
        "if False:",
        f"{S}test_who_was_slower_is_told_and_overwrites_nothing",
    ),
    Guard(
        "If-Match",
        SCIM,
        '{"If-Match": version} if version else {}',
        "{}",
        f"{S}test_the_server_itself_refuses_an_old_version",
    ),
    Guard(
        "who has an account stays unknown",
        SCIM,
        "if response.status_code == 409:\n            return",
        "if False:\n            return",
        f"{S}test_an_address_that_has_an_account_is_left_alone_and_the_answer_is_the_same",
    ),
]


def prepare() -> None:
    """Loading the schemas takes longer than most tests."""
    from tests.functions.identity import test_scim

    test_scim.scim2_provider()
