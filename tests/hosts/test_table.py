"""The guide's table is the one that the tests make."""

from tests.hosts import table
from tests.hosts.cases import CASES
from tests.hosts.hosts import DIFFERENT, HOSTS


def test_the_guide_has_the_table_of_now():
    text = table.GUIDE.read_text("utf-8")

    assert text.count(table.BEGIN) == text.count(table.END) == 1
    assert table.written(text) == text, "run python -m tests.hosts.table"


def test_every_case_is_a_row_in_words_and_every_host_a_column():
    rows = [case.__doc__ for case in (CASES.functions | CASES.site).values()]

    assert len(rows) == len(set(rows))
    assert all(host in table.table() for host in HOSTS)
    assert {host for host, _ in DIFFERENT} <= set(HOSTS)
    assert {case for _, case in DIFFERENT} <= set(CASES.functions)
