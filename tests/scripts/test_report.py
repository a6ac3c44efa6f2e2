"""Twelve scripted visitors, one for each course of a visit, and the figures that must result."""

import json
from datetime import UTC, date, datetime

import pytest

from functions.stores import Store
from portal.errors import ContentError
from portal.insights.metrics import Share, wilson
from scripts.report import as_json, as_text, main, measure, read_customers
from tests.conftest import unmigrated
from tests.functions.insights.kept import put, uuid

NOON = int(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp() * 1000)
NOW = datetime(2026, 5, 2, tzinfo=UTC)
TEN_MARCH = date(2026, 3, 10), date(2026, 3, 11)


class Visitor:
    """A visitor whose events arrive at given seconds."""

    def __init__(self, store: Store, name: str) -> None:
        self.store, self.name = store, name

    def at(self, second, name, kind, view=0, **values):
        ids = {"visit": uuid(self.name), "view": uuid(f"{self.name} {view}")}
        put(self.store, NOON + second * 1000, name, kind, **(ids | values))
        return self

    def searches(self, second, text, results, view=0):
        name = "search" if results else "search_zero"
        return self.at(second, name, "home", view, query_id=uuid(f"{self.name} {text}"), query=text, results=results)

    def clicks(self, second, text, rank):
        return self.at(second, "search_click", "home", query_id=uuid(f"{self.name} {text}"), rank=rank)

    def reads(self, second, until, view=1, *, scroll):
        self.at(second, "page", "article", view)
        return self.at(until, "engage", "article", view, engaged_ms=(until - second) * 1000, scroll=scroll)


def twelve_visitors(store):
    def visitor(name):
        return Visitor(store, name)

    visitor("glances and leaves").reads(0, 4, scroll=15)
    seeker = visitor("searches, reads, says yes").at(0, "page", "home").searches(4, "card", 5).clicks(10, "card", 1)
    seeker.reads(11, 51, scroll=95).at(52, "vote", "article", 1, vote="yes")
    writer = visitor("says no and writes to us").at(0, "page", "article", 1).at(18, "vote", "article", 1, vote="no")
    writer.at(24, "help_open", "article", 1).at(25, "page", "ask", 2).at(25, "ticket_start", "ask", 2)
    writer.at(100, "ticket_submit", "ask", 2)
    visitor("reads to the end, silently").reads(0, 48, scroll=100)
    visitor("finds nothing").at(0, "page", "home").searches(5, "saml", 0)
    visitor("finds nothing worth a click").at(0, "page", "home").searches(5, "invoice", 8)
    refiner = visitor("asks again and clicks").at(0, "page", "home").searches(3, "pdf", 7)
    refiner.searches(9, "invoice pdf", 2).clicks(14, "invoice pdf", 2).reads(15, 40, scroll=80)
    solved = visitor("is answered while writing").at(0, "page", "ask").at(0, "ticket_start", "ask")
    solved.at(30, "suggest_click", "ask").at(70, "suggest_solved", "ask")
    visitor("only asks whether it is up").at(0, "page", "status").at(0, "status_view", "status")
    changer = visitor("yes, then no").at(0, "page", "article", 1).at(10, "vote", "article", 1, vote="yes")
    changer.at(15, "page", "article", 2).at(45, "vote", "article", 2, vote="no")
    visitor("comes in once").at(0, "page", "article", event_id=uuid("once")).at(
        3, "page", "article", event_id=uuid("once")
    )
    visitor("comes back after lunch").at(0, "page", "article", 1).at(31 * 60, "page", "article", 2)


def file_tickets(store, month, number):
    at = int(datetime(2026, month, 3, tzinfo=UTC).timestamp() * 1000)
    for n in range(number):
        store.run(
            "insert into ticket (id, reference, key, subject_id, email, name, topic, subject, body, context, state,"
            " created_at, updated_at) values (:id, :id, :id, 's', '', '', '', '', '', '{}', 'open', :at, :at)",
            id=f"{month}-{n}",
            at=at,
        )  # fmt: skip


@pytest.fixture
def report(store):
    twelve_visitors(store)
    return measure(store, *TEN_MARCH, {}, NOW)


def test_deflection_is_an_interval_between_those_who_said_so_and_those_who_read_like_it(report):
    assert report.deflection.low == Share(2, 12)
    assert report.deflection.high == Share(4, 12)
    assert report.deflection.told_us == Share(2, 4)


def test_self_service_counts_every_visit_without_a_ticket(report):
    assert report.self_service == Share(12, 13)
    assert round(report.self_service.value, 3) == 0.923


def test_time_to_find_ends_with_the_reading_of_what_helped(report):
    # 51 s and 40 s after a search; 48 s on a direct landing; one said yes without any reading measured.
    assert report.time_to_find.n == 4
    assert report.time_to_find.median_s == 44
    assert report.time_to_find.within_60_s == Share(4, 4)
    assert report.time_to_find.over_90_s == Share(0, 4)
    assert (report.time_to_find.direct, report.time_to_find.searched_median_s) == (2, 45.5)


def test_a_search_exit_is_a_visit_that_ended_at_its_last_query(report):
    assert report.search_exit.exits == Share(2, 4)
    assert (report.search_exit.missing, report.search_exit.ranking) == (1, 1)


def test_tickets_are_set_against_customers(store):
    for month, number in ((1, 400), (2, 420), (3, 430)):
        file_tickets(store, month, number)

    customers = {"2026-01": 2000, "2026-02": 2300, "2026-03": 2600}
    months = measure(store, *TEN_MARCH, customers, NOW).tickets
    assert [(month.tickets, round(month.rate, 4)) for month in months] == [(400, 0.2), (420, 0.1826), (430, 0.1654)]
    assert [month.change and round(month.change, 1) for month in months] == [None, -8.7, -9.4]
    assert [month.change_two_months and round(month.change_two_months, 1) for month in months] == [None, None, -17.3]


def test_a_month_is_compared_with_its_calendar_neighbour_or_with_none(store):
    file_tickets(store, 1, 40)
    file_tickets(store, 4, 40)

    months = measure(store, *TEN_MARCH, {"2026-01": 10, "2026-04": 10}, NOW).tickets
    assert [month.change for month in months] == [None, None]


def test_a_month_that_is_not_over_is_left_out(store):
    assert [month.month for month in measure(store, *TEN_MARCH, {"2026-04": 9, "2026-05": 9}, NOW).tickets] == [
        "2026-04"
    ]


def test_a_visit_over_midnight_belongs_whole_to_the_day_it_began(store):
    midnight = 12 * 3600
    night = (
        Visitor(store, "night").at(midnight - 60, "page", "article").at(midnight + 60, "vote", "article", vote="yes")
    )
    night.at(midnight + 90, "ticket_submit", "ask", 2)

    today = measure(store, *TEN_MARCH, {}, NOW)
    tomorrow = measure(store, date(2026, 3, 11), date(2026, 3, 12), {}, NOW)
    assert (today.self_service, tomorrow.self_service) == (Share(0, 1), Share(0, 0))


def test_a_changed_vote_counts_as_the_last_one(store):
    Visitor(store, "v").at(0, "page", "article").at(5, "vote", "article", vote="no").at(
        9, "vote", "article", vote="yes"
    )

    assert measure(store, *TEN_MARCH, {}, NOW).deflection.low == Share(1, 1)


def test_a_vote_that_came_without_its_visit_counts_as_an_answer_but_has_no_time(store):
    Visitor(store, "no script").at(0, "vote", "article", vote="yes")

    report = measure(store, *TEN_MARCH, {}, NOW)
    assert (report.deflection.low, report.time_to_find.n) == (Share(1, 1), 0)


def test_a_search_on_the_search_page_is_no_exit_when_a_result_is_clicked_in_the_same_moment(store):
    Visitor(store, "fast").at(0, "page", "search").searches(0, "card", 3).clicks(0, "card", 1)

    assert measure(store, *TEN_MARCH, {}, NOW).search_exit.exits == Share(0, 1)


def test_a_landing_in_the_same_moment_as_its_search_does_not_hide_the_exit(store):
    Visitor(store, "typed at once").at(0, "page", "home").searches(0, "card", 3)

    assert measure(store, *TEN_MARCH, {}, NOW).search_exit.exits == Share(1, 1)


def test_fewer_than_thirty_cases_are_too_few_to_show(report):
    text = as_text(report, show_all=False)
    values = json.loads(as_json(report, show_all=False))

    assert "too few to show (n=12, from 30 on)" in text
    assert "16.7%" not in text
    assert values["deflection"]["low"] == {"cases": 2, "n": 12, "share": None, "interval": None}
    assert values["time_to_find"]["median_s"] is None


def test_all_shows_each_share_with_its_interval_and_cases(report):
    text = as_text(report, show_all=True)
    low = json.loads(as_json(report, show_all=True))["deflection"]["low"]

    assert "16.7%  (4.7% to 44.8%, 2 of n=12)" in text
    assert "33.3%  (13.8% to 60.9%, 4 of n=12)" in text
    assert "92.3%" in text
    assert (round(low["share"], 3), [round(edge, 3) for edge in low["interval"]]) == (0.167, [0.047, 0.448])


def test_an_empty_store_is_reported_as_such(store):
    report = measure(store, *TEN_MARCH, {}, NOW)

    assert as_text(report, show_all=True).count("no cases yet") == 9
    assert json.loads(as_json(report, show_all=True))["self_service"]["share"] is None


def test_wilson_stays_between_nothing_and_all():
    assert [round(edge, 3) for edge in wilson(5, 10)] == [0.237, 0.763]
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1
    assert wilson(0, 0) == (0, 1)


def test_customers_come_from_a_spreadsheet(tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text("\ufeffmonth,active_customers,note\n2026-01,2000,\n2026-02,2300,grew\n", "utf-8")

    assert read_customers(file) == {"2026-01": 2000, "2026-02": 2300}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("monat,kunden\n", ":1: the first line must be: month,active_customers"),
        ("", ":1: the first line must be"),
        ("month,active_customers\n2026-13,5\n", ":2: month '2026-13' is not like 2026-08"),
        ("month,active_customers\n2026-01,0\n", ":2: active_customers '0' is not a number above 0"),
        ("month,active_customers\n2026-01\n", ":2: active_customers '' is not"),
        ("month,active_customers\n2026-01,5\n2026-01,6\n", ":3: month 2026-01 is there twice"),
        ("month,active_customers\n2026-01,5\xff\n", ":2: active_customers"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, message):
    file = tmp_path / "customers.csv"
    file.write_text(text, "latin-1")

    with pytest.raises(ContentError, match=message):
        read_customers(file)


def test_the_command_prints_the_report_of_the_environments_store(services, environ, monkeypatch, tmp_path, capsys):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    twelve_visitors(services.store)
    file_tickets(services.store, 1, 3)
    file = tmp_path / "customers.csv"
    file.write_text("month,active_customers\n2026-01,10\n")

    assert main(["--from", "2026-03-10", "--to", "2026-03-10", "--all", "--customers", str(file)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Visits from 2026-03-10 to 2026-03-10 (UTC).")
    assert "2026-01  0.3000  (3 tickets, 10 customers)" in printed


def test_the_command_counts_all_visits_again_when_asked_to(services, environ, monkeypatch, capsys):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    twelve_visitors(services.store)
    days, told = ["--from", "2026-03-10", "--to", "2026-03-10", "--json"], []
    main(days)
    services.store.run("update visit_day set n = 5000")
    for more in ([], ["--rebuild"]):
        capsys.readouterr()
        main([*days, *more])
        told.append(json.loads(capsys.readouterr().out)["self_service"]["n"])

    assert told == [10_000, 13]


def test_the_command_names_a_file_that_is_not_there(capsys):
    assert main(["--customers", "nowhere.csv"]) == 2
    assert "nowhere.csv" in capsys.readouterr().err


@unmigrated
def test_a_store_without_its_tables_is_explained(environ, monkeypatch, capsys):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert main([]) == 1
    assert "scripts.migrate" in capsys.readouterr().err
