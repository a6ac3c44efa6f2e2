"""The guards of signing in (see guards.py)."""

from tests.functions.guards import Guard

LIE = "test_lies.py::test_a_lie_signs_nobody_in"
LOGOUT = "test_renewal.py::test_a_logout_token_that_does_not_hold_signs_nobody_out"
OIDC, PROVIDER = "functions/identity/oidc.py", "functions/identity/provider.py"
CLAIMS = "functions/identity/claims.py"
SIGNIN, SESSIONS = "functions/signin.py", "functions/sessions.py"
GUARDS = [
    Guard("the nonce", OIDC, '{"nonce": nonce}', "{}", f"{LIE}[{{'claims': {{'nonce': 'another'}}}}]"),
    Guard(
        "the audience",
        OIDC,
        '"aud": {"essential": True, "value": self.settings.oidc_client_id}',
        '"aud": {}',
        f"{LIE}[{{'claims': {{'aud': 'another-client', 'azp': 'portal-test'}}}}]",
    ),
    Guard(
        "the issuer of the token",
        OIDC,
        '"iss": {"essential": True, "value": self.settings.oidc_issuer}',
        '"iss": {}',
        f"{LIE}[{{'claims': {{'iss': 'https://evil.example'}}}}]",
    ),
    Guard(
        "the expiry",
        OIDC,
        "            claims.validate(self.services.now() // 1000, SKEW_SECONDS)\n",
        "            claims.validate(1, SKEW_SECONDS + 10**10)\n",
        f"{LIE}[{{'claims': {{'exp': 1700000000}}}}]",
    ),
    Guard(
        "signatures with a secret",
        PROVIDER,
        '"EdDSA", "Ed25519")',
        '"EdDSA", "Ed25519", "HS256")',
        "test_lies.py::test_only_public_keys_are_allowed_to_sign",
    ),
    Guard(
        "unsigned tokens",
        PROVIDER,
        "            return jwt.decode(token, keys, algorithms=list(ALGORITHMS))\n        except",
        "            import base64, json\n"
        "            body = base64.urlsafe_b64decode(token.split('.')[1] + '===')\n"
        "            return jwt.Token({'alg': 'RS256'}, json.loads(body))\n"
        "        except",
        f"{LIE}[{{'alg': 'none'}}]",
    ),
    Guard(
        "the issuer of the answer",
        OIDC,
        "issuer not in {None, self.settings.oidc_issuer}",
        "False",
        "test_lies.py::test_the_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere",
    ),
    Guard(
        "the promised issuer",
        OIDC,
        "(issuer is None and promised)",
        "False",
        "test_lies.py::test_a_promised_issuer_must_be_in_the_answer",
    ),
    Guard(
        "the issuer of the discovery document",
        PROVIDER,
        'metadata.get("issuer") != self.settings.oidc_issuer',
        "False",
        "test_lies.py::test_a_discovery_document_that_cannot_be_trusted_leads_nowhere"
        "[{'issuer': 'https://evil.example'}]",
    ),
    Guard(
        "the subject of userinfo",
        OIDC,
        'userinfo.get("sub") != subject',
        "False",
        f"{LIE}[{{'userinfo': {{'sub': 'another'}}}}]",
    ),
    Guard(
        "the verified address",
        OIDC,
        " or not is_true(verified)",
        "",
        f"{LIE}[{{'claims': {{'email_verified': False}}}}]",
    ),
    Guard(
        "the state",
        SIGNIN,
        'if _same(state, attempt["state"])',
        "if True",
        "test_renewal.py::test_an_answer_without_its_state_is_refused",
    ),
    Guard(
        "the life of an attempt",
        SIGNIN,
        'attempt.get("at", 0) > begun',
        "True",
        "test_renewal.py::test_an_attempt_is_over_after_ten_minutes",
    ),
    Guard(
        "the way back",
        SIGNIN,
        "ours and is_local_path(path)",
        "True",
        "test_renewal.py::test_no_return_leads_to_another_site",
    ),
    Guard(
        "slashes in another spelling",
        SIGNIN,
        "ours and is_local_path(plain) and not",
        "ours and not",
        "test_signin.py::test_a_return_that_is_not_a_page_here_leads_to_the_front_page[/%2fevil.example]",
    ),
    Guard(
        "a new session at each sign-in",
        SIGNIN,
        "    sessions.end(request, services)\n    response = see_other(account_links",
        "    response = see_other(account_links",
        "test_renewal.py::test_signing_in_ends_the_session_before",
    ),
    Guard(
        "the signature of the session's cookie",
        SESSIONS,
        '_signer(services.settings).loads(request.cookies.get(services.settings.cookie_name, ""))',
        '_signer(services.settings).loads_unsafe(request.cookies.get(services.settings.cookie_name, ""))[1]',
        "test_renewal.py::test_a_guessed_session_without_our_signature_is_nobody",
    ),
    Guard(
        "claims that are read again",
        SESSIONS,
        'now - row["claims_at"] <= fresh_within',
        "True",
        "test_renewal.py::test_a_removed_billing_admin_stops_being_one_within_a_quarter_of_an_hour",
    ),
    Guard(
        "the bound while the provider is down",
        SESSIONS,
        'now - row["claims_at"] <= max(KEPT_TIMES * fresh_within, BILLING_MS)',
        "True",
        "test_renewal.py::test_while_the_provider_is_down_billing_is_open_for_an_hour_only",
    ),
    Guard(
        "tokens that belong to one session",
        "functions/identity/vault.py",
        "of session {session_id}",
        "of a session",
        "test_renewal.py::test_tokens_survive_a_change_of_keys_until_the_old_key_is_gone",
    ),
    Guard("no nonce in a logout token", OIDC, '"nonce" in claims or ', "", f"{LOGOUT}[{{'nonce': 'n'}}]"),
    Guard("the logout event", OIDC, "not isinstance(event, dict)", "False", f"{LOGOUT}[an event that is text]"),
    Guard(
        "the age of a logout token",
        OIDC,
        'claims["iat"] < now - LOGOUT_SECONDS',
        "False",
        f"{LOGOUT}[{{'iat': 1700000000}}]",
    ),
    Guard(
        "a logout token once", SIGNIN, "if not first:", "if False:", "test_renewal.py::test_a_logout_token_works_once"
    ),
    Guard(
        "the origin of a sign-out",
        "functions/http.py",
        'site in {"same-origin", "none"}',
        "True",
        "test_renewal.py::test_another_site_cannot_sign_anyone_out",
    ),
    Guard(
        "flags are strict",
        "portal/models.py",
        'claim is True or claim == "true"',
        'claim in (True, "true")',
        "test_claims.py::test_nothing_else_is_yes[1.0-billing_admin]",
    ),
    Guard(
        "nobody passes for who came by mail",
        CLAIMS,
        "not subject.startswith(RESERVED) and",
        "",
        "test_lies.py::test_nobody_passes_for_another[sub-mail:0123456789abcdef]",
    ),
    Guard(
        "nobody passes for who typed an address",
        CLAIMS,
        'RESERVED = ("mail:", "unverified:")',
        'RESERVED = ("mail:",)',
        "test_lies.py::test_nobody_passes_for_another[sub-unverified:0123456789abcdef]",
    ),
    Guard(
        "nobody passes for another by what is not seen",
        CLAIMS,
        'all(clean(name) == name for name in (subject, account or ""))',
        "True",
        "test_lies.py::test_nobody_passes_for_another[account-acme\\u200b]",
    ),
    Guard(
        "spellings of a function",
        SIGNIN,
        'plain = unquote(path.partition("?")[0])',
        'plain = path.partition("?")[0]',
        "test_signin_choice.py::test_no_spelling_of_a_function_is_a_page_to_return_to",
    ),
    Guard(
        "where forms lead",
        "functions/app.py",
        "if leads_away else",
        "if True else",
        "test_signin_choice.py::test_only_pages_with_a_form_that_leads_away_may_lead_away",
    ),
    Guard(
        "a body in chunks",
        "functions/http.py",
        "if len(body) > most:",
        "if False:",
        "test_http.py::test_a_form_in_chunks_is_never_cut",
    ),
]
