"""Which of a customer's replies a thread already shows."""

from portal.tickets import Message
from portal.tickets.match import SKEW_MS, Sent, present

NOW = 10**12


def customer(body: str, at: int = NOW, html: str = "") -> Message:
    return Message("customer", body, at, html)


def test_each_message_stands_for_one_reply() -> None:
    assert present([Sent("ok", NOW), Sent("ok", NOW)], [customer("ok")]) == [True, False]
    assert present([Sent("ok", NOW), Sent("ok", NOW)], [customer("ok"), customer("ok")]) == [True, True]


def test_an_agents_words_and_older_ones_are_not_ours() -> None:
    assert present([Sent("ok", NOW)], [Message("agent", "ok", NOW), customer("ok", NOW - SKEW_MS - 1)]) == [False]


def test_a_part_of_a_message_is_another_message() -> None:
    assert present([Sent("ok", NOW)], [customer("ok thanks"), customer("first\nok")]) == [False]


def test_a_desk_may_wrap_mark_and_dress_what_it_was_given() -> None:
    assert present([Sent("one\n\n two  three", NOW)], [customer("one\r\ntwo three\n")]) == [True]
    assert present([Sent("a & b\nc", NOW)], [customer("", html="<p>a &amp; b<br>c</p>")]) == [True]
    assert present([Sent("ok", NOW)], [customer("Ada wrote in the portal:\n\nok")], marked=True) == [True]
