"""The guards of the billing page: who may use it, what may be confirmed, and that it is done once (see guards.py)."""

from tests.functions.guards import Guard

STRIPE, ACCOUNT = "functions/billers/stripe/__init__.py", "functions/billers/stripe/account.py"
ACCESS, OFFERS, LEDGER = (f"functions/billing/{name}.py" for name in ("access", "offers", "ledger"))
JOBS, CHANGES, READING = (f"functions/billing/{name}.py" for name in ("jobs", "changes", "reading"))
A, C, E, P, T = (f"billing/test_{name}.py::" for name in ("attacks", "changes", "every_vendor", "page", "twice"))
B, S, W = (f"billers/test_{name}.py::" for name in ("contract", "stripe", "webhooks"))
GUARDS = [
    Guard(
        "only admins",
        ACCESS,
        'if not is_true(session.claims.get("billing_admin")):',
        "if False:",
        f"{P}test_who_may_not_open_billing_is_told_why_and_who_can",
    ),
    Guard(
        "the buttons are for admins",
        JOBS,
        'return None if visit.state == "ready" else show(services, visit, status=403)',
        "return None",
        f"{P}test_who_may_not_open_billing_is_told_why_and_who_can",
    ),
    Guard(
        "a recent sign-in before a price",
        CHANGES,
        "closed(services, visit, here) or not_recent(services, visit, here)",
        "closed(services, visit, here)",
        f"{C}test_an_old_sign_in_is_asked_to_sign_in_again_before_what_is_paid_changes",
    ),
    Guard(
        "only what the billing system can do",
        CHANGES,
        'if services.biller.capabilities().jobs.get(wanted.what, "no") != "here":',
        "if False:",
        f"{E}test_a_change_that_waits_is_taken_back_where_the_vendor_can[stripe]",
    ),
    Guard(
        "a recent sign-in before a change",
        CHANGES,
        "closed(services, visit) or not_recent(services, visit, PAGE)",
        "closed(services, visit)",
        f"{C}test_an_offer_of_an_old_sign_in_is_not_confirmed",
    ),
    Guard(
        "only allowed hosts",
        JOBS,
        "if not is_safe(url) or parts.netloc not in services.settings.billing_hosts:",
        "if False:",
        f"{A}test_an_address_on_a_host_that_is_not_allowed_is_not_followed",
    ),
    Guard(
        "billing is opened so often",
        JOBS,
        'limit(services, "billing", visit.subject, OPENED_AT_MOST, PER_SECONDS)',
        "pass",
        f"{P}test_billing_can_be_opened_only_so_often",
    ),
    Guard(
        "an offer is this customer's",
        OFFERS,
        "if offer.customer != customer or",
        "if",
        f"{A}test_an_offer_of_one_customer_is_of_no_use_to_another",
    ),
    Guard(
        "an offer is of use for a while",
        OFFERS,
        "<= VALID_MS + MINUTE_MS:",
        "<= 10**15:",
        f"{A}test_a_price_is_good_for_a_quarter_of_an_hour",
    ),
    Guard(
        "one open change for each customer",
        LEDGER,
        "    return taken == 1",
        "    return True",
        f"{C}test_a_function_that_was_killed_leaves_a_change_that_the_tick_finds_out",
    ),
    Guard(
        "the plan is as it was shown",
        CHANGES,
        "if found is None or offers.state_of(found) != offer.before:",
        "if found is None:",
        f"{T}test_of_two_tabs_with_different_wishes_one_wins_and_the_other_is_told",
    ),
    Guard(
        "a change is its customer's",
        LEDGER,
        "where key = :key and customer = :customer",
        "where key = :key and :customer <> ''",
        f"{A}test_another_customers_change_is_not_found",
    ),
    Guard(
        "not made is believed late",
        LEDGER,
        'if not made and services.now() - row["tried_at"] <= SETTLE_MS:',
        "if False:",
        f"{C}test_a_vendor_that_fails_before_the_write_is_waited_for_and_then_nothing_was_changed",
    ),
    Guard(
        "stripe: the subscription is theirs",
        ACCOUNT,
        'if row.text("customer") != customer:',
        "if False:",
        f"{B}test_nothing_of_another_customer_can_be_reached[stripe]",
    ),
    Guard(
        "stripe: the invoice is theirs",
        STRIPE,
        'row.text("customer") != customer or not',
        "not",
        f"{A}test_another_customers_invoice_is_not_found",
    ),
    Guard(
        "stripe: no customer is nobody",
        ACCOUNT,
        "if not customer:",
        "if False:",
        f"{B}test_an_id_leads_nowhere_else",
    ),
    Guard(
        "stripe: the key goes with the change",
        ACCOUNT,
        '{"Idempotency-Key": key} if key else None',
        "None",
        f"{S}test_the_same_key_with_other_parameters_is_refused_and_changes_nothing",
    ),
    Guard(
        "stripe: a declined card changes nothing",
        STRIPE,
        '"payment_behavior": "error_if_incomplete",',
        "",
        f"{S}test_a_card_that_does_not_pay_changes_nothing",
    ),
    Guard(
        "stripe's signature",
        STRIPE,
        'verify(self._secret, f"{moment}.".encode() + raw_body, [value for name, _, value in parts if name == "v1"])',
        "pass",
        f"{W}test_a_forged_one_is_refused[stripe]",
    ),
    Guard(
        "the demo's server on loopback only",
        "functions/billers/web.py",
        "if given and not is_local(given):",
        "if False:",
        f"{P}test_another_server_than_stripes_is_for_loopback_only",
    ),
    Guard(
        "late parts are not waited for",
        READING,
        "thread.join(max(0.0, until - time.monotonic()))",
        "thread.join()",
        f"{P}test_a_slow_vendor_is_waited_for_two_and_a_half_seconds_and_the_rest_is_shown",
    ),
]
