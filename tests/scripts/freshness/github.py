"""A server in the shapes of GitHub's REST API, over a Git repository, with issues that it remembers."""

import base64
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REPO = "/repos/acme/web"
STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed"}


class GitHub:
    """The API as a WSGI application; `fails` is the answer to the next requests, `asked` what was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.issues: list[dict[str, Any]] = []
        self.pulls: dict[int, tuple[str, str, str]] = {}  # number -> title, base, head
        self.asked: list[str] = []
        self.fails: tuple[int, dict[str, Any]] | None = None
        self.origin = ""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        self.asked.append(f"{request.method} {request.path}")
        status, data = self.fails or self._answer(request)
        response = Response(json.dumps(data), status, content_type="application/json; charset=utf-8")
        return response(environ, start_response)

    def _answer(self, request: Request) -> tuple[int, Any]:
        path = request.path.removeprefix(REPO)
        if path.startswith("/compare/"):
            return self._compare(*path.removeprefix("/compare/").split("..."))
        if path.startswith("/commits/"):
            return 200, self._commit(path.removeprefix("/commits/"), files=True)
        if path.startswith("/pulls/"):
            return self._pull(path.removeprefix("/pulls/"))
        if path.startswith("/contents/"):
            return self._contents(path.removeprefix("/contents/"), request.args["ref"])
        if path == "/issues" and request.method == "GET":
            return 200, [one for one in self.issues if request.args["labels"] in one["labels"]]
        if path == "/issues":
            return 201, self._open(request.get_json())
        if path.startswith("/issues/") and request.method == "PATCH":
            self.issues[int(path.rpartition("/")[2]) - 1].update(request.get_json())
            return 200, self.issues[int(path.rpartition("/")[2]) - 1]
        return 404, {"message": "Not Found"}

    def _compare(self, first: str, last: str) -> tuple[int, Any]:
        if self._git("rev-parse", "--quiet", "--verify", first) == "":
            return 404, {"message": "Not Found"}
        shas = self._git("rev-list", "--reverse", f"{first}..{last}").split()
        url = f"{self.origin}{REPO}/compare/{first}...{last}"
        return 200, {"url": url, "total_commits": len(shas), "commits": [self._commit(sha) for sha in shas]}

    def _commit(self, sha: str, files: bool = False) -> dict[str, Any]:
        parents = self._git("rev-list", "--parents", "-1", sha).split()[1:]
        found: dict[str, Any] = {
            "sha": sha,
            "url": f"{self.origin}{REPO}/commits/{sha}",
            "commit": {"message": self._git("log", "-1", "--format=%B", sha).strip()},
            "parents": [{"sha": parent} for parent in parents],
        }
        return found | ({"files": self._files(parents[0], sha)} if files else {})

    def _files(self, first: str, last: str) -> list[dict[str, Any]]:
        found = []
        for line in self._git("diff", "--name-status", "-M", first, last).splitlines():
            state, *names = line.split("\t")
            patch = self._git("diff", "-M", first, last, "--", *names).partition("\n@@")
            one = {"filename": names[-1], "status": STATUS[state[0]]}
            # A binary file, or one of another mode alone, has no patch.
            one |= {"patch": f"@@{patch[2]}".rstrip("\n")} if patch[1] else {}
            found.append(one | ({"previous_filename": names[0]} if len(names) > 1 else {}))
        return found

    def _pull(self, path: str) -> tuple[int, Any]:
        number, _, rest = path.partition("/")
        if int(number) not in self.pulls:
            return 404, {"message": "Not Found"}
        title, base, head = self.pulls[int(number)]
        shas = [self._git("rev-parse", f"{name}^{{commit}}").strip() for name in (base, head)]
        if rest == "files":
            return 200, self._files(*shas)
        url = f"{self.origin}{REPO}/pulls/{number}"
        return 200, {"url": url, "title": title, "base": {"sha": shas[0]}, "head": {"sha": shas[1]}}

    def _contents(self, path: str, revision: str) -> tuple[int, Any]:
        content = base64.b64encode(self._git("show", f"{revision}:{path}").encode()).decode()
        url = f"{self.origin}{REPO}/contents/{path}?ref={revision}"
        return 200, {"type": "file", "encoding": "base64", "content": content, "path": path, "url": url}

    def _open(self, data: dict[str, Any]) -> dict[str, Any]:
        number = len(self.issues) + 1
        urls = {"url": f"{self.origin}{REPO}/issues/{number}", "html_url": f"https://github.test/issues/{number}"}
        self.issues.append({**data, **urls, "number": number})
        return self.issues[-1]

    def _git(self, *arguments: str) -> str:
        run = subprocess.run(["git", "-C", str(self.folder), *arguments], capture_output=True, encoding="utf-8")
        return run.stdout
