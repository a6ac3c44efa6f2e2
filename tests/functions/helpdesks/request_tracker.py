"""A Request Tracker of one's own, from Debian's package: SQLite in a folder that goes away, on loopback."""

import base64
import os
import shutil
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import TYPE_CHECKING, Any

import requests
from werkzeug.wrappers import Request, Response

from demo.helpdesks.faults import Faults

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SETUP = "rt-setup-database-5"
SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
START_SECONDS = 60
CONFIG = """
Set($rtname, 'acme');
Set($Organization, 'acme.example');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($LogToSTDERR, 'error');
Set($LogToSyslog, undef);
Set($MailCommand, 'testfile');
Set($BcryptCost, 4);
Set($WebSessionClass, 'Apache::Session::File');
Set($MasonDataDir, '{folder}/mason');
Set($MasonSessionDir, '{folder}/sessions');
1;
"""
# What the operators' guide has an administrator set up by hand: a queue, fields, and a user with these rights alone.
CONTENT = """
our @Queues = ({{ Name => 'Support', CorrespondAddress => 'support@acme.example' }});
our @CustomFields = map {{ {{ Name => $_, Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket',
  Queue => ['Support'] }} }} ('Portal key', 'Account', 'Plan', 'Article');
our @Users = (
  {{ Name => 'portal', EmailAddress => 'portal@acme.example', Privileged => 1,
    Timezone => 'UTC' }},
  {{ Name => 'agent', RealName => 'Grace', Password => '{agent}', EmailAddress => 'grace@acme.example',
    Privileged => 1 }},
);
our @ACL = (
  (map {{ {{ Right => $_, UserId => 'portal', Queue => 'Support' }} }} qw(SeeQueue CreateTicket ShowTicket
    ShowTicketComments ModifyTicket SeeCustomField ModifyCustomField)),
  {{ Right => 'ReplyToTicket', GroupDomain => 'RT::Queue-Role', GroupType => 'Requestor', Queue => 'Support' }},
  {{ Right => 'SuperUser', UserId => 'agent' }},
);
our @Final = (sub {{
  my $user = RT::User->new(RT->SystemUser);
  $user->Load('portal');
  my (undef, undef, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->id, Description => 'Portal');
  open(my $file, '>', '{folder}/token') or die $!;
  print $file $token;
  close($file);
}});
1;
"""


def is_installed() -> bool:
    return shutil.which(SETUP) is not None and SERVER.exists()


class RequestTracker:
    """A running instance; agents act through its API as `agent`."""

    PASSWORD, AGENT_PASSWORD = "portal-password-1", "agent-password-1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.origin = f"http://127.0.0.1:{port}"
        (folder / "d").mkdir()
        for name in ("mason", "sessions"):
            (folder / name).mkdir()
        config = folder / "RT_SiteConfig.pm"
        config.write_text(CONFIG.format(port=port, folder=folder))
        content = folder / "content.pl"
        content.write_text(CONTENT.format(agent=self.AGENT_PASSWORD, folder=folder))
        self._environ = {**os.environ, "RT_SITE_CONFIG": str(config), "RT_SITE_CONFIG_DIR": str(folder / "d")}
        self._run(SETUP, "--action", "init", "--skip-create")
        self._run(SETUP, "--action", "insert", "--datafile", str(content), "--skip-create")
        self.token = (folder / "token").read_text()
        self._port = port

    @property
    def variables(self) -> dict[str, str]:
        return {
            "HELPDESK": "request_tracker",
            "RT_URL": self.origin,
            "RT_USER": "portal",
            "RT_TOKEN": self.token,
            "RT_QUEUE": "Support",
            "RT_FIELDS": "account=Account,plan=Plan,article=Article",
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        with (self.folder / "log").open("wb") as log:
            command = [str(SERVER), "--server", "Standalone", "--host", "127.0.0.1"]
            process = subprocess.Popen(
                [*command, "--port", str(self._port)], env=self._environ, stdout=log, stderr=log, start_new_session=True
            )
            try:
                self._wait(process)
                yield
            finally:
                process.terminate()
                process.wait(20)

    def empty(self) -> None:
        """Hide every ticket, as an agent's "Delete" does; their numbers are not used again."""
        with sqlite3.connect(self.folder / "rt.db", timeout=10) as database:
            database.execute("update Tickets set Status = 'deleted'")

    def answer(self, ref: str, body: str, public: bool) -> None:
        """What an agent does; a public answer makes the ticket wait for the customer."""
        said = {"Content": body, "ContentType": "text/plain"}
        self.call("POST", f"ticket/{ref}/{'correspond' if public else 'comment'}", said)
        if public:
            self.call("PUT", f"ticket/{ref}", {"Status": "stalled"})

    def notes(self, ref: str) -> list[str]:
        found = []
        for row in self.call("GET", f"ticket/{ref}/history?fields=Type,_hyperlinks&per_page=100")["items"]:
            for link in row["_hyperlinks"] if row["Type"] == "Comment" else ():
                if link["ref"] == "attachment":
                    content = self.call("GET", "attachment/" + link["_url"].rpartition("/")[2])["Content"]
                    found.append(base64.b64decode(content).decode())
        return found

    def fields(self, ref: str) -> list[str]:
        return [value for one in self.call("GET", f"ticket/{ref}")["CustomFields"] for value in one["values"]]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that the API answers an agent."""
        auth = ("agent", self.AGENT_PASSWORD)
        answer = requests.request(method, f"{self.origin}/REST/2.0/{path}", json=body, auth=auth, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def proxy(self, faults: Faults) -> Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]:
        """An app in front of it that spoils answers."""

        def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            request = Request(environ)
            return faults.around(request, lambda: self._forward(request))(environ, start_response)

        return app

    def _forward(self, request: Request) -> Response:
        headers = {name: value for name, value in request.headers if name not in {"Host", "Content-Length"}}
        url = f"{self.origin}{request.full_path if request.query_string else request.path}"
        done = requests.request(
            request.method, url, data=request.get_data(), headers=headers, timeout=30, allow_redirects=False
        )
        return Response(done.content, done.status_code, {"Content-Type": done.headers.get("Content-Type", "")})

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, env=self._environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.origin}/REST/2.0/", timeout=10):
                    return
            except urllib.error.HTTPError:
                return  # it answers
            except OSError:
                time.sleep(0.2)
        raise AssertionError((self.folder / "log").read_text())
