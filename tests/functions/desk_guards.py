"""The guards of the help desks' adapters (see guards.py)."""

from tests.functions.guards import Guard

DESKS = "functions/helpdesks"
CONTRACT, ZENDESK = "helpdesks/test_contract.py::", "helpdesks/test_zendesk.py::"
FRONT = "helpdesks/test_front.py::"
INTERCOM = "helpdesks/test_intercom.py::"
FRESHDESK = "helpdesks/test_freshdesk.py::"
FOREIGN = f"{CONTRACT}test_a_foreign_ticket_is_not_found_and_not_touched"
WEBHOOK = f"{CONTRACT}test_a_webhook_means_look_again_and_only_when_it_is_signed"
GUARDS = [
    Guard(
        "a letter that looks the same is another",
        f"{DESKS}/own_tickets.py",
        "address.encode().lower() == requester.email.encode().lower()",
        "address.lower() == requester.email.lower()",
        f"{CONTRACT}test_nobody_is_somebody_else_by_a_letter_that_looks_the_same[help_scout]",
    ),
    Guard(
        "a conversation is its customer's",
        f"{DESKS}/help_scout/__init__.py",
        'return shown and same(row.text("primaryCustomer", "email"), requester)',
        "return shown",
        f"{FOREIGN}[help_scout]",
    ),
    Guard(
        "a ticket is its requester's",
        f"{DESKS}/zendesk/__init__.py",
        'return bool(user and row.ref("id")) and row.ref("requester_id") == user',
        "return bool(user)",
        f"{CONTRACT}test_what_the_desk_gives_away_of_others_is_not_passed_on[zendesk]",
    ),
    Guard(
        "a list is the requester's",
        f"{DESKS}/zendesk/__init__.py",
        "for row in rows if self._owns(requester, row)]",
        "for row in rows]",
        f"{CONTRACT}test_what_the_desk_gives_away_of_others_is_not_passed_on[zendesk]",
    ),
    Guard(
        "a ticket is its contact's",
        f"{DESKS}/intercom/api.py",
        "if is_contact(one) and same(self._address(one), requester)",
        "if is_contact(one)",
        f"{FOREIGN}[intercom]",
    ),
    Guard(
        "a search's tickets are the requester's",
        f"{DESKS}/intercom/api.py",
        "return (row for row in rows if self.owner(requester, row))",
        "return rows",
        f"{INTERCOM}test_a_ticket_that_the_search_gives_away_is_not_shown",
    ),
    Guard(
        "a contact that a search finds has the requester's address",
        f"{DESKS}/intercom/api.py",
        'if is_contact(row.text("id")) and same(row.text("email"), requester)',
        'if is_contact(row.text("id"))',
        f"{INTERCOM}test_a_contact_that_the_search_gives_away_is_not_written_as",
    ),
    Guard(
        "notes stay with the agents",
        f"{DESKS}/intercom/parts.py",
        'elif part.text("part_type") == "comment" and not part.flag("redacted"):',
        "else:",
        f"{INTERCOM}test_only_comments_are_shown_and_nothing_that_was_redacted",
    ),
    Guard(
        "the files of an agent's note stay with the agents",
        f"{DESKS}/intercom/parts.py",
        'if is_note(part) and part.text("author", "id") == admin:',
        "if is_note(part):",
        f"{INTERCOM}test_an_agents_own_note_with_files_stays_with_the_agents",
    ),
    Guard(
        "a webhook's scheme is the one that we check",
        f"{DESKS}/intercom/__init__.py",
        'made if scheme == "sha1" else ""',
        "made",
        f"{INTERCOM}test_a_signature_of_another_scheme_is_refused",
    ),
    Guard(
        "a Freshdesk ticket is its contact's",
        f"{DESKS}/freshdesk/__init__.py",
        'return bool(contact) and row.ref("requester_id") == contact',
        "return bool(contact)",
        f"{CONTRACT}test_what_the_desk_gives_away_of_others_is_not_passed_on[freshdesk]",
    ),
    Guard(
        "a contact is found by exactly its address",
        f"{DESKS}/freshdesk/api.py",
        "if any(same(one, requester) for one in _addresses(row))]",
        "]",
        f"{CONTRACT}test_nobody_is_somebody_else_by_a_letter_that_looks_the_same[freshdesk]",
    ),
    Guard(
        "a note of Freshdesk that does not say so is not public",
        f"{DESKS}/freshdesk/__init__.py",
        'if one.denies("private")]',
        'if not one.flag("private")]',
        f"{FRESHDESK}test_a_note_that_does_not_say_that_it_is_public_is_private",
    ),
    Guard(
        "an unsigned webhook knows the secret",
        f"{DESKS}/webhooks.py",
        'if not any(hmac.compare_digest(one.encode(), given.encode()) for one in secret.split(",") if one):',
        "if not secret:",
        f"{FRESHDESK}test_a_webhook_is_not_signed_so_its_secret_is_asked_for_and_its_words_are_not_believed",
    ),
    Guard(
        "a conversation of Front is its customer's",
        f"{DESKS}/front/__init__.py",
        'return shown and is_conversation(row.text("id")) and same(row.text("recipient", "handle"), requester)',
        'return shown and is_conversation(row.text("id"))',
        f"{FOREIGN}[front]",
    ),
    Guard(
        "a private conversation stays private",
        f"{DESKS}/front/__init__.py",
        'and row.denies("is_private")',
        "and True",
        f"{FRONT}test_a_conversation_that_says_nothing_of_being_private_is_private",
    ),
    Guard(
        "a draft is not shown",
        f"{DESKS}/front/__init__.py",
        'for one in parts if not one.text("draft_mode")',
        "for one in parts",
        f"{FRONT}test_drafts_and_internal_messages_are_not_shown",
    ),
    Guard(
        "a webhook of Front's applications is not an old one",
        f"{DESKS}/front/__init__.py",
        "webhooks.must_be_fresh(moment[:10] if len(moment) == 13 else moment)",
        "pass",
        f"{FRONT}test_an_applications_webhook_of_another_hour_is_refused",
    ),
    Guard(
        "a uid of Front's is no address",
        f"{DESKS}/front/api.py",
        'if not re.fullmatch(r"[0-9A-Za-z_-]{1,80}", uid):',
        "if False:",
        f"{FRONT}test_a_uid_becomes_a_part_of_an_address_only_when_it_is_one",
    ),
    Guard(
        "the token goes to the desk alone",
        f"{DESKS}/web.py",
        "if urlsplit(url)[:2] != urlsplit(self.base)[:2]:",
        "if False:",
        f"{ZENDESK}test_zendesk_gets_its_token_and_nobody_else_whatever_the_next_page_is",
    ),
    Guard(
        "no address in the log",
        f"{DESKS}/web.py",
        "from None",
        "from error",
        "helpdesks/test_web.py::test_the_log_of_a_desk_that_is_away_holds_no_address_of_a_customer",
    ),
    Guard(
        "a webhook is signed",
        f"{DESKS}/webhooks.py",
        "if not any(hmac.compare_digest(one, given.encode()) for one in made):",
        "if not made:",
        f"{WEBHOOK}[help_scout]",
    ),
    Guard(
        "a webhook is not an old one",
        f"{DESKS}/webhooks.py",
        "if abs(time.time() - seconds) > FRESH_SECONDS:",
        "if False:",
        f"{ZENDESK}test_zendesk_webhooks_of_an_hour_ago_are_refused",
    ),
    Guard(
        "a subject adds no header to a mail",
        "functions/helpdesks/mailbox.py",
        '" ".join(subject.split())[:200]',
        "subject",
        "helpdesks/test_email.py::test_no_header_can_be_added_by_a_customer",
    ),
]
