"""`python -m demo`: the portal and everything around it on this computer, until Ctrl-C."""

import http.client
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from demo.processes import Child, run_once, say, stop_all
from demo.world import Refused, World, commands, end, environment, plan, signpost

ROOMS = ("functions", "portal", "hooks")
TICK_SECONDS = 5.0
TICKS_AT_ONCE = 5
WATCH_SECONDS = 0.2
# Editors write several files at once: wait until nothing has changed for this long.
QUIET_SECONDS = 0.4
READY_SECONDS = 120.0


class Edits(FileSystemEventHandler):
    """The time of the last change of one of the portal's Python files."""

    def __init__(self) -> None:
        self.last: float | None = None

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog, also when a file was only read."""
        if event.event_type in {"modified", "created", "moved", "deleted"} and str(event.src_path).endswith(".py"):
            self.last = time.monotonic()

    def settled(self) -> bool:
        """Whether a burst of edits has just ended; True once for each."""
        if self.last is None or time.monotonic() - self.last < QUIET_SECONDS:
            return False
        self.last = None
        return True


class Asked:
    """Whether a signal has asked the demo to stop.

    A plain flag, since Event.set() in a signal handler can deadlock with the interrupted wait().
    """

    def __init__(self) -> None:
        self.to_stop = False
        signal.signal(signal.SIGTERM, self)
        signal.signal(signal.SIGINT, self)

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """The signal handler, which Python calls between two instructions of the main thread."""
        self.to_stop = True


def main() -> int:
    """Run the demo; returns the exit code."""
    asked = Asked()
    try:
        world = plan(os.environ)
        environ = environment(world, os.environ)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    try:
        if not run_once("migrate", ["scripts.migrate"], environ):
            return 1
        if not run_once("product", ["demo.product", str(world.state / "product")], environ):
            return 1
        children = [Child(name, command, environ) for name, command in commands(world).items()]
        _run(world, children, environ["TICK_TOKEN"], asked)
    finally:
        end(world)
    return 0


def _run(world: World, children: list[Child], token: str, asked: Asked) -> None:
    """Start everything, keep it alive until asked to stop, then stop all of it."""
    stopping, ready = threading.Event(), threading.Event()
    edits = Edits()
    observer = Observer()
    for room in ROOMS:
        if Path(room).is_dir():
            observer.schedule(edits, room, recursive=True)
    helpers = [
        threading.Thread(target=_welcome, args=(world, ready, stopping)),
        threading.Thread(target=_tick, args=(world, token, ready, stopping)),
    ]
    try:
        observer.start()
        for child in children:
            child.start()
        for helper in helpers:
            helper.start()
        while not asked.to_stop:
            time.sleep(WATCH_SECONDS)
            if edits.settled():
                say("demo", "code changed: restarting the portal")
                children[-1].restart()
            for child in children:
                child.keep_alive()
    finally:
        stopping.set()
        stop_all(children)
        observer.stop()
        for thread in (observer, *helpers):
            if thread.is_alive():
                thread.join()


def _welcome(world: World, ready: threading.Event, stopping: threading.Event) -> None:
    """Say where everything is once the front page and the functions answer."""
    late = time.monotonic() + READY_SECONDS
    while not stopping.wait(WATCH_SECONDS):
        if all(_answer(world.url + path) == 200 for path in ("", "api/health")):
            print(signpost(world, os.environ), flush=True)
            ready.set()
            return
        if time.monotonic() > late:
            say("demo", f"{world.url} is not built yet; the lines above say why, and so does that page")
            late = time.monotonic() + READY_SECONDS


def _tick(world: World, token: str, ready: threading.Event, stopping: threading.Event) -> None:
    """Call the tick as a host's scheduler would, which does not wait for the call before, and say when its answer
    changes. Without a first build there are no functions to call."""
    before = 200
    calls: list[Future[int]] = []
    with ThreadPoolExecutor(TICKS_AT_ONCE) as pool:
        while not stopping.wait(TICK_SECONDS):
            if not ready.is_set():
                continue
            for call in [call for call in calls if call.done()]:
                calls.remove(call)
                status = call.result()
                # 0: the portal is still starting.
                if status not in {before, 0}:
                    say("demo", f"the tick answers {status}")
                    before = status
            if len(calls) < TICKS_AT_ONCE:
                calls.append(pool.submit(_answer, world.url + "api/tick", token))


def _answer(url: str, token: str = "") -> int:
    """The status of the answer, 0 when there is none."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - always our own http
    # A proxy from the shell's environment cannot reach this computer's loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, http.client.HTTPException):
        return 0


if __name__ == "__main__":
    sys.exit(main())
