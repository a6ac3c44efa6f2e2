"""Takes the guards of tickets out, one at a time, as guards.py does with the others."""

import os
import sys

from tests.functions import guards
from tests.functions.guards import Guard, unnoticed

LEDGER, FILES, HTML = "functions/ticket_ledger.py", "functions/ticket_files.py", "functions/ticket_html.py"
TICKETS, HOOKS, PAGE = "functions/tickets.py", "functions/ticket_hooks.py", "functions/ticket_page.py"
BUILT_IN, MODEL = "functions/helpdesks/built_in.py", "portal/tickets.py"
T = "test_ticket_attacks.py::"
REFUSED = f"{T}test_a_file_that_is_not_what_we_take_is_refused_by_name"
D = "test_ticket_delivery.py::"
DELIVERY = "functions/ticket_delivery.py"
GUARDS = [
    Guard(
        "whose ticket it is",
        LEDGER,
        '" and (subject_id = :subject or (account = :account and :organisation = 1))"',
        '" and (subject_id = :subject or account = :account or :organisation < 2)"',
        f"{T}test_nobody_reads_a_foreign_ticket_by_its_number",
    ),
    Guard(
        "the organisation is a claim",
        LEDGER,
        "return bool(requester.account) and ORGANISATION in requester.scopes",
        "return True",
        f"{T}test_nobody_reads_a_foreign_ticket_by_its_number[a colleague]",
    ),
    Guard(
        "the organisation is one's own",
        LEDGER,
        "or (account = :account and :organisation = 1))",
        "or (length(:account) > 0 and :organisation = 1))",
        f"{T}test_nobody_reads_a_foreign_ticket_by_its_number[another organisation's chief]",
    ),
    Guard(
        "only one's own is changed",
        PAGE,
        'if row is None or (own and row["subject_id"] != requester.subject):',
        "if row is None:",
        f"{T}test_nobody_changes_a_foreign_ticket",
    ),
    Guard(
        "the desk is asked as the owner",
        BUILT_IN,
        '"select * from desk_ticket where id = :id and subject_id = :subject"',
        '"select * from desk_ticket where id = :id and length(:subject) > 0"',
        f"{T}test_the_desk_itself_is_asked_as_the_owner",
    ),
    Guard(
        "who asks comes from the session",
        TICKETS,
        "row = row or _file(services, session.requester, draft, key, files, facts)",
        "row = row or _file(services, Requester(session.requester.subject, request.form.get('email', '')), draft, key,"
        " files, facts)",
        f"{T}test_an_address_in_the_form_is_not_who_asks",
    ),
    Guard(
        "the signature of the cookie",
        "functions/sessions.py",
        'session_id = _signer(services.settings).loads(request.cookies.get(services.settings.cookie_name, ""))',
        'session_id = _signer(services.settings).loads_unsafe(request.cookies.get(services.settings.cookie_name, ""))'
        "[1]",
        f"{T}test_an_edited_cookie_is_nobody",
    ),
    Guard(
        "the same work for a foreign ticket",
        PAGE,
        "    row = ticket_ledger.by_reference(services, requester, reference)\n",
        "    row = ticket_ledger.by_reference(services, requester, reference)\n"
        "    if row is None and services.store.one('select 1 as n from ticket where reference = :r', r=reference):\n"
        "        services.store.one('select 1 as n')\n",
        f"{T}test_a_foreign_ticket_costs_the_same_queries_as_none",
    ),
    Guard(
        "identity first, ticket second",
        TICKETS,
        'if services.settings.tickets_anonymous == "open":',
        "if True:",
        f"{T}test_a_form_of_a_stranger_sends_no_mail_and_makes_no_ticket",
    ),
    Guard(
        "no files of strangers",
        TICKETS,
        "[file.name for file in files]",
        "[str(ticket_files.base64.b64encode(file.data)) for file in files]",
        f"{T}test_a_stranger_cannot_fill_the_disk_with_files",
    ),
    Guard(
        "the limit of strangers",
        TICKETS,
        'limit(services, "draft", client(request, services.settings), times=20, per_seconds=3600)',
        "pass",
        f"{T}test_a_stranger_has_a_limit",
    ),
    Guard(
        "no mail to an address that nobody verified",
        HOOKS,
        'subject.startswith("unverified:") or',
        "",
        f"{T}test_an_open_form_mails_nobody_and_tells_the_agent",
    ),
    Guard(
        "an unverified address is marked",
        TICKETS,
        'facts | {"E-mail address": UNVERIFIED}',
        "facts",
        f"{T}test_an_open_form_mails_nobody_and_tells_the_agent",
    ),
    Guard(
        "an unverified ticket is nobody's",
        TICKETS,
        "requester = Requester(subject, address)",
        "subject = services.store.one('select :s as s', s='sub-ada')['s']; requester = Requester(subject, address)",
        f"{T}test_an_open_form_mails_nobody_and_tells_the_agent",
    ),
    Guard(
        "a proven address is not enough",
        TICKETS,
        'session.claims.get("level") == "address"',
        "False",
        f"{T}test_with_off_a_proven_address_is_not_enough",
    ),
    Guard(
        "a subject is one line",
        LEDGER,
        r'return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()[:most]',
        "return text[:most]",
        f"{T}test_a_subject_adds_no_header_to_the_mail_that_an_agent_gets",
    ),
    Guard(
        "a fact is one line",
        MODEL,
        'return clean(" ".join(text.split()))[:500].translate(HARMLESS)',
        "return text[:500].translate(HARMLESS)",
        f"{T}test_what_a_customer_sends_along_is_neither_markup_nor_another_fact",
    ),
    Guard(
        "a fact is no markup",
        MODEL,
        "[:500].translate(HARMLESS)",
        "[:500]",
        f"{T}test_what_a_customer_sends_along_is_neither_markup_nor_another_fact",
    ),
    Guard(
        "the tags of agents",
        HTML,
        "        tags=TAGS,\n",
        '        tags=TAGS | {"img", "form", "button", "iframe"},\n',
        f"{T}test_what_an_agent_wrote_in_html_runs_and_loads_nothing",
    ),
    Guard(
        "the links of agents",
        HTML,
        'url_schemes={"http", "https", "mailto"}',
        'url_schemes={"http", "https", "mailto", "javascript"}',
        f"{T}test_what_an_agent_wrote_in_html_runs_and_loads_nothing",
    ),
    Guard(
        "the kinds of files",
        FILES,
        "    if known is None:\n",
        "    known = known or ('text/plain', ())\n    if False:\n",
        REFUSED,
    ),
    Guard("the content of files", FILES, "if not _is(mime, starts, data):", "if False:", REFUSED),
    Guard("the beginning of files", FILES, "if not data.startswith(starts) or (", "if (", REFUSED),
    Guard("the end of files", FILES, "if mime in ENDS and not", "if False and not", REFUSED),
    Guard("pages and programs in pictures", FILES, "any(mark in low for mark in FOREIGN) or", "", REFUSED),
    Guard("archives in pictures", FILES, "or ARCHIVE in data[-ARCHIVE_TAIL:]", "", REFUSED),
    Guard("what a PDF does", FILES, 'return mime != "application/pdf" or not any(', "return True or not any(", REFUSED),
    Guard(
        "pages that say they are text",
        FILES,
        'and not start.startswith(("<!doctype"',
        'and not start.startswith(("<nothing"',
        REFUSED,
    ),
    Guard("ten files", FILES, "if len(given) > MOST:", "if False:", f"{T}test_more_than_ten_files_are_refused"),
    Guard(
        "the name of a file",
        FILES,
        'replace("\\\\", "/").rpartition("/")[2]',
        'replace("\\\\", "/")',
        f"{T}test_a_files_name_is_only_a_name",
    ),
    Guard(
        "a file is kept and not opened",
        FILES,
        'response.headers["Content-Disposition"] = f"attachment; ',
        'response.headers["Content-Disposition"] = f"inline; ',
        f"{T}test_a_file_comes_back_as_something_to_keep",
    ),
    Guard(
        "a file opens in a sandbox",
        FILES,
        'response.headers["Content-Security-Policy"] =',
        'response.headers["X-Nothing"] =',
        f"{T}test_a_file_comes_back_as_something_to_keep",
    ),
    Guard(
        "a webhook counts once",
        HOOKS,
        "on conflict (id) do nothing",
        "on conflict (id) do update set seen_at = excluded.seen_at",
        f"{T}test_a_webhook_says_look_again_and_only_once",
    ),
    Guard(
        "our own echo",
        HOOKS,
        "if notice is None or notice.own:",
        "if notice is None:",
        f"{T}test_an_echo_of_our_own_does_nothing",
    ),
    Guard(
        "another site's forms",
        "functions/app.py",
        "if route not in BEARER_ONLY:",
        "if False:",
        f"{T}test_another_site_cannot_act_for_a_customer",
    ),
    Guard(
        "looking before making again",
        DELIVERY,
        "desk_ref = _found(services, row, late) or (None if late else _created(services, row))",
        "desk_ref = _created(services, row)",
        f"{D}test_after_a_lost_answer_the_ticket_is_looked_up_and_not_made_again",
    ),
    Guard(
        "waiting before looking",
        DELIVERY,
        "    if left > 0:\n",
        "    if False:\n",
        f"{D}test_after_a_lost_answer_the_ticket_is_looked_up_and_not_made_again",
    ),
    Guard(
        "a try is written down before it begins",
        DELIVERY,
        '"update ticket set tried_at = :now, first_tried_at = :first where id = :id",',
        '"update ticket set tried_at = null, first_tried_at = null where :now > 0 and :first > 0 and id = :id",',
        f"{D}test_a_try_is_written_down_before_it_begins",
    ),
    Guard(
        "the order of replies",
        DELIVERY,
        "\"select id from ticket_reply where ticket_id = :ticket and n < :n and state = 'accepted'\"",
        "\"select id from ticket_reply where ticket_id = :ticket and n < :n and state = 'never'\"",
        f"{D}test_replies_wait_for_their_ticket_and_keep_their_order",
    ),
    Guard(
        "looking for a reply",
        DELIVERY,
        'if row["body"] and not _is_there(services, ticket, row):',
        'if row["body"]:',
        f"{D}test_a_reply_whose_answer_got_lost_is_found_in_the_thread",
    ),
]


if __name__ == "__main__":
    # Only whether a test fails is wanted, so nothing is spent on other plugins or on saying why.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    guards.QUIETLY = (*guards.QUIETLY, "--exitfirst", "--assert=plain", "-p", "no:warnings")
    problems = unnoticed(GUARDS)
    print("\n".join(problems) or f"all {len(GUARDS)} guards are noticed when they are gone")
    sys.exit(bool(problems))
