"""Takes the guards of signing in by mail out, one at a time, as guards.py does with the others."""

import os
import sys

from tests.functions import guards
from tests.functions.guards import Guard, unnoticed

VERIFY, MAIL = "functions/verify.py", "functions/verify_mail.py"
ADDRESS, ALTCHA, TURNSTILE = "functions/verify_address.py", "functions/bots/altcha.py", "functions/bots/turnstile.py"
T = "test_verify.py::"
BOTS = "test_bots.py::"
GUARDS = [
    Guard(
        "a link works once",
        VERIFY,
        "update verify set token_hash = null where token_hash = :hash and",
        "update verify set attempts = attempts where token_hash = :hash and",
        f"{T}test_a_link_works_once",
    ),
    Guard(
        "a link ends",
        VERIFY,
        '"update verify set token_hash = null where token_hash = :hash and expires_at > :now returning *"',
        '"update verify set token_hash = null where token_hash = :hash and :now > 0 returning *"',
        f"{T}test_a_link_and_a_code_end_after_fifteen_minutes",
    ),
    Guard(
        "looking does nothing",
        VERIFY,
        '        "select * from verify where token_hash = :hash and expires_at > :now",',
        '        "update verify set token_hash = null where token_hash = :hash and expires_at > :now returning *",',
        f"{T}test_looking_never_signs_in_and_never_uses_the_link_up",
    ),
    Guard(
        "only a browser presses",
        VERIFY,
        'if request.headers.get("Sec-Fetch-Site", request.headers.get("Origin")) is None:',
        "if False:",
        f"{T}test_a_scanners_script_that_is_no_browser_uses_nothing_up",
    ),
    Guard(
        "the origin of the button",
        "functions/app.py",
        "if route not in BEARER_ONLY:",
        "if False:",
        f"{T}test_another_site_cannot_press_the_button",
    ),
    Guard(
        "the code's end",
        VERIFY,
        "attempts < :most and expires_at > :now returning",
        "attempts < :most and :now > 0 returning",
        f"{T}test_a_link_and_a_code_end_after_fifteen_minutes",
    ),
    Guard("five attempts", VERIFY, "attempts < :most and", ":most > 0 and", f"{T}test_the_code_has_five_attempts"),
    Guard(
        "the code itself", VERIFY, "if not _is_code(", "if False and _is_code(", f"{T}test_the_code_has_five_attempts"
    ),
    Guard(
        "the code's page",
        VERIFY,
        '" where id = :id and attempts',
        '" where length(:id) > 0 and attempts',
        f"{T}test_a_code_is_worth_nothing_on_another_page",
    ),
    Guard(
        "a code works once",
        VERIFY,
        'if not services.store.run("delete from verify where id = :id", id=row["id"]):',
        "if False:",
        f"{T}test_a_code_works_once_and_ends_the_link_too",
    ),
    Guard(
        "a page keeps its address",
        VERIFY,
        'if row is None or row["address"] != address:',
        "if row is None:",
        f"{T}test_a_page_cannot_be_turned_to_another_address",
    ),
    Guard(
        "the mail's limits",
        VERIFY,
        "if not may_mail(services, address):",
        "if False:",
        f"{T}test_spellings_of_one_mailbox_share_its_limit",
    ),
    Guard(
        "ten minutes between mails",
        ADDRESS,
        "verify_mailed.at1 <= :spaced and",
        ":spaced > 0 and",
        f"{T}test_an_address_gets_one_mail_in_ten_minutes_and_three_a_day",
    ),
    Guard(
        "three mails a day",
        ADDRESS,
        "and verify_mailed.at3 <= :yesterday",
        "and :yesterday > 0",
        f"{T}test_an_address_gets_one_mail_in_ten_minutes_and_three_a_day",
    ),
    Guard(
        "one mailbox, one limit",
        ADDRESS,
        "{local.partition('+')[0] or local}@",
        "{local}@",
        f"{T}test_spellings_of_one_mailbox_share_its_limit",
    ),
    Guard(
        "the limit of a client",
        VERIFY,
        'limit(services, "verify", client(request, services.settings), times=20, per_seconds=3600)',
        "pass",
        f"{T}test_one_client_cannot_send_mails_to_everyone",
    ),
    Guard(
        "a mail after the answer",
        VERIFY,
        "response.call_on_close(lambda: outbox.deliver(services, delivery))",
        "outbox.deliver(services, delivery)",
        f"{T}test_the_answer_does_not_wait_for_the_mail",
    ),
    Guard(
        "no link in the store",
        MAIL,
        "return sha256(token.encode()).hexdigest()",
        "return token",
        f"{T}test_neither_link_nor_code_is_in_the_store",
    ),
    Guard(
        "no code in the store",
        MAIL,
        'return _mac(key, "code hash", row_id, code).hex()',
        "return code",
        f"{T}test_neither_link_nor_code_is_in_the_store",
    ),
    Guard(
        "an address is one line of ASCII",
        ADDRESS,
        "or not local.isascii()",
        "",
        f"{T}test_what_is_no_address_is_said_and_kept_in_the_field",
    ),
    Guard(
        "the way back stays here",
        VERIFY,
        'back = return_path(form.get("return", ""), services)',
        'back = form.get("return", "")',
        f"{T}test_nobody_is_led_to_another_site",
    ),
    Guard(
        "billing is not for an address",
        "functions/billing.py",
        'if session.claims.get("level") == "address":',
        "if False:",
        f"{T}test_claims_of_money_do_not_open_billing_for_an_address",
    ),
    Guard(
        "the honeypot",
        VERIFY,
        'if form.get("website"):',
        "if False:",
        f"{T}test_the_field_that_only_robots_fill_in_stops_the_mail",
    ),
    Guard(
        "a puzzle counts once",
        ALTCHA,
        "return self._first_time(",
        "return True or self._first_time(",
        f"{BOTS}test_a_solved_puzzle_passes_once",
    ),
    Guard(
        "a puzzle ends",
        ALTCHA,
        "expires_at=(self._services.now() + VALID_MS) // 1000",
        "expires_at=None",
        f"{BOTS}test_a_puzzle_that_is_over_does_not_pass",
    ),
    Guard(
        "the form asks the bot check",
        VERIFY,
        'return "" if passed else',
        'return "" if True else',
        f"{BOTS}test_the_form_refuses_without_an_answer_and_gives_another_puzzle",
    ),
    Guard(
        "the host of a token",
        TURNSTILE,
        'found.get("hostname") == self._host',
        "True",
        f"{BOTS}test_a_token_of_elsewhere_does_not_pass",
    ),
    Guard(
        "the action of a token",
        TURNSTILE,
        'found.get("action") == ACTION',
        "True",
        f"{BOTS}test_a_token_of_elsewhere_does_not_pass",
    ),
    Guard(
        "no check only at home",
        "functions/settings.py",
        'if bot_check == "none" and urlsplit(origin).hostname not in LOOPBACK:',
        "if False:",
        f"{BOTS}test_a_portal_without_a_check_does_not_start",
    ),
]


if __name__ == "__main__":
    # Only whether a test fails is wanted, so nothing is spent on other plugins or on saying why.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    guards.QUIETLY = (*guards.QUIETLY, "--exitfirst", "--assert=plain", "-p", "no:warnings")
    problems = unnoticed(GUARDS)
    print("\n".join(problems) or f"all {len(GUARDS)} guards are noticed when they are gone")
    sys.exit(bool(problems))
