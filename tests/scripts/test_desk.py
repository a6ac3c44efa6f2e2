"""The agent's commands list, show, reply and close, and check, which every desk has."""

from pathlib import Path

import pytest

from functions.app import Portal
from functions.services import Services
from functions.signin.sessions import start
from portal.tickets import File, Reply
from scripts import desk, migrate
from scripts.lib.environment import variables
from tests.conftest import ADA, Browser, unmigrated


@pytest.fixture
def number(services: Services, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The reference of the only ticket; the commands find the same store through the environment."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    client = Browser(Portal(services))
    client.set_cookie("portal", start(services, ADA, {}), domain="127.0.0.1")
    form = {
        "topic": "getting-in",
        "subject": "Locked out",
        "body": "I cannot sign in since Monday.",
        "context_query": "sign in",
    }
    client.post("/api/tickets", data=form)
    return services.desk.tickets(ADA)[0].reference


def test_the_list_names_every_ticket(number: str, capsys: pytest.CaptureFixture[str]):
    assert desk.main(["list"]) == 0
    out = capsys.readouterr().out

    assert number in out
    assert "Locked out" in out


def test_show_has_the_text_and_what_was_sent_along(number: str, capsys: pytest.CaptureFixture[str]):
    assert desk.main(["show", number.lower()]) == 0
    out = capsys.readouterr().out

    assert "I cannot sign in since Monday." in out
    assert "Your search: sign in" in out
    assert "ada@customer.example" in out


def test_a_reply_waits_for_the_customer_and_close_solves(number: str, services: Services):
    assert desk.main(["reply", number, "Use the recovery code."]) == 0
    assert services.desk.tickets(ADA)[0].status == "pending"
    assert desk.main(["close", number]) == 0
    assert services.desk.tickets(ADA)[0].status == "solved"


def test_a_ticket_that_is_not_there_is_named(number: str, capsys: pytest.CaptureFixture[str]):
    assert desk.main(["show", "AAAA-AAAA"]) == 1
    assert "There is no ticket AAAA-AAAA." in capsys.readouterr().err


def test_an_empty_reply_is_refused(number: str, services: Services, capsys: pytest.CaptureFixture[str]):
    assert desk.main(["reply", number, " "]) == 2
    assert "empty" in capsys.readouterr().err
    assert services.desk.tickets(ADA)[0].status == "open"


def test_without_settings_all_missing_ones_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path, capsys):
    for name in ("PUBLIC_ORIGIN", "SECRET_KEYS", "TICK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as end:
        desk.main(["list"])
    assert end.value.code == 2
    assert "Set SECRET_KEYS" in capsys.readouterr().err


@unmigrated
def test_migrate_says_what_it_did(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert migrate.main() == 0
    assert "0001_core" in capsys.readouterr().out
    assert migrate.main() == 0
    assert capsys.readouterr().out == "The store is up to date.\n"


def test_what_a_terminal_would_obey_is_not_printed(services: Services, number: str, capsys: pytest.CaptureFixture[str]):
    services.store.run("update desk_ticket set subject = :evil, name = :evil", evil="\x1b[2J\x1b]0;owned\x07 hi")
    services.store.run("update desk_message set body = :evil", evil="line\n\x1b[31mred")
    desk.main(["list"])
    desk.main(["show", number])

    assert "\x1b" not in capsys.readouterr().out


def test_half_an_environment_is_a_mistake_and_not_the_demo(monkeypatch: pytest.MonkeyPatch, tmp_path, capsys):
    for name in ("PUBLIC_ORIGIN", "SECRET_KEYS", "TICK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DEMO_STATE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/real")
    (tmp_path / "demo.env.json").write_text('{"PUBLIC_ORIGIN": "http://127.0.0.1:1", "DATABASE_URL": "sqlite:///x"}')

    with pytest.raises(SystemExit):
        desk.main(["list"])
    assert "Set PUBLIC_ORIGIN" in capsys.readouterr().err


def test_what_the_shell_sets_wins_over_the_running_demo(tmp_path: Path):
    (tmp_path / "demo.env.json").write_text('{"PUBLIC_ORIGIN": "http://127.0.0.1:1", "SMTP_URL": "smtp://127.0.0.1:2"}')
    shell = {"DEMO_STATE": str(tmp_path), "SMTP_URL": "smtps://mail.acme.example"}

    assert variables(shell) == shell | {"PUBLIC_ORIGIN": "http://127.0.0.1:1"}


def test_files_are_saved_in_a_folder_and_nothing_is_overwritten(
    number: str, services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (thread,) = services.desk.tickets(ADA)
    files = (File("log.txt", "text/plain", b"a line"),)
    services.desk.reply(ADA, thread.desk_ref, Reply("k" * 16, "Here is the log.", 1, files))
    desk.main(["show", number])
    shown = capsys.readouterr().out
    codes = [desk.main(["files", number, str(tmp_path / "saved")]) for _ in range(2)]

    assert "[log.txt, 6 bytes]" in shown
    assert codes == [0, 0]
    assert (tmp_path / "saved" / "log.txt").read_bytes() == b"a line"
    assert "left alone" in capsys.readouterr().out


def test_a_desk_that_is_set_up_says_so(number: str, capsys: pytest.CaptureFixture[str]):
    assert desk.main(["check"]) == 0
    assert capsys.readouterr().out == "HELPDESK=built_in is set up.\n"


@pytest.mark.parametrize(
    ("url", "said"), [("http://rt.example", "RT_URL must be https"), ("http://127.0.0.1:9", "Look at RT_USER")]
)
def test_a_desk_that_is_not_set_up_says_what_to_do(
    number: str, url: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name, value in {"HELPDESK": "request_tracker", "RT_URL": url, "RT_USER": "portal", "RT_TOKEN": "1-2-x"}.items():
        monkeypatch.setenv(name, value)

    assert desk.main(["check"]) == 1
    assert said in capsys.readouterr().err
