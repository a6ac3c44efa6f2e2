"""The guards of the billing systems' adapters, their webhooks and the table of customers (see guards.py)."""

from tests.functions.guards import Guard

CHARGEBEE, RECURLY = "functions/billers/chargebee/", "functions/billers/recurly/"
HOOKS, WEB, CHANGES = "functions/billers/webhooks.py", "functions/billers/web.py", "functions/billers/changes.py"
RECEIVE, TABLE = "functions/billing/webhook.py", "functions/billing/customers.py"
B, C, R, W = (
    "billers/test_contract.py::",
    "billers/test_chargebee.py::",
    "billers/test_recurly.py::",
    "billers/test_webhooks.py::",
)
H, T, E = "billing/test_webhook.py::", "billing/test_customers.py::", "billing/test_every_vendor.py::"
GUARDS = [
    Guard(
        "a password for what is not signed",
        CHARGEBEE + "__init__.py",
        "must_be_password(headers, *self._webhook)",
        "pass",
        f"{W}test_a_forged_one_is_refused[chargebee]",
    ),
    Guard(
        "no password makes nothing right",
        HOOKS,
        "or not password",
        "",
        f"{W}test_without_a_password_nothing_is_right",
    ),
    Guard(
        "an event is read again",
        CHARGEBEE + "__init__.py",
        "raise forged(error) from error",
        "raise",
        f"{W}test_chargebee_signs_nothing_so_what_it_says_is_read_again",
    ),
    Guard(
        "recurly's signature",
        RECURLY + "__init__.py",
        'verify(self._webhook_key, f"{moment}.".encode() + raw_body, signatures)',
        "pass",
        f"{W}test_recurly_signs_the_raw_bytes",
    ),
    Guard(
        "recurly's time",
        RECURLY + "__init__.py",
        "must_be_fresh(int(moment) if moment.isdecimal() and len(moment) < 16 else 0, self._services.now())",
        "pass",
        f"{W}test_recurly_counts_in_milliseconds_and_a_time_may_be_off_in_either_direction",
    ),
    Guard(
        "an id is one part of a path",
        WEB,
        'return quote(text, safe="")',
        "return text",
        f"{B}test_an_id_leads_nowhere_else",
    ),
    Guard(
        "an id is no way up",
        WEB,
        'if not text.strip("."):',
        "if False:",
        f"{C}test_an_id_of_dots_is_not_even_asked_for",
    ),
    Guard(
        "chargebee: the invoice is theirs",
        CHARGEBEE + "__init__.py",
        'if found.text("invoice", "customer_id") != customer:',
        "if False:",
        f"{B}test_nothing_of_another_customer_can_be_reached[chargebee]",
    ),
    Guard(
        "recurly: the invoice is theirs",
        RECURLY + "__init__.py",
        'if self._site.get(path).text("account", "code") != customer:',
        "if False:",
        f"{B}test_nothing_of_another_customer_can_be_reached[recurly]",
    ),
    Guard(
        "the subscription is theirs",
        CHANGES,
        "if one.id == change.subscription:",
        "if one:",
        f"{B}test_nothing_of_another_customer_can_be_reached[chargebee]",
    ),
    Guard(
        "no dearer than shown",
        CHANGES,
        "or now.today.minor > change.shown.minor",
        "",
        f"{B}test_a_change_that_would_cost_more_than_was_shown_is_not_made",
    ),
    Guard(
        "a file's address is safe",
        WEB,
        "if not is_safe(url):",
        "if False:",
        f"{C}test_the_address_of_a_file_gets_no_key_and_must_be_safe",
    ),
    Guard(
        "a PDF is one",
        WEB,
        'if not content.startswith(b"%PDF-"):',
        "if False:",
        f"{E}test_what_comes_in_place_of_a_pdf_is_not_passed_on",
    ),
    Guard(
        "a webhook's size",
        RECEIVE,
        "if (request.content_length or 0) > BODY_MOST:",
        "if False:",
        f"{H}test_too_much_is_not_read",
    ),
    Guard(
        "each event once",
        RECEIVE,
        " on conflict (id) do nothing",
        " on conflict (id) do update set seen_at = :now",
        f"{H}test_an_event_that_comes_again_forgets_nothing_again",
    ),
    Guard(
        "one customer or none",
        TABLE,
        'return found.pop() if len(found) == 1 else ""',
        'return found.pop() if found else ""',
        f"{T}test_two_customers_for_one_account_close_its_billing_and_go_to_the_log",
    ),
    Guard(
        "an empty name is nobody's",
        TABLE,
        "one.name == who[one.key] and one.name and one.customer",
        "one.name == who[one.key] and one.customer",
        f"{T}test_a_row_without_an_account_belongs_to_nobody",
    ),
]
