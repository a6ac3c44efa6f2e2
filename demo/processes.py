"""Child processes that end with the demo: each in its own group, with prefixed output, restarted after a crash."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO

STOP_SECONDS = 5.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
# A process that ran this long restarts without a long pause.
STEADY_SECONDS = 60.0

_console = threading.Lock()


def say(name: str, text: str) -> None:
    """Print one line, never mixed with another thread's."""
    with _console:
        print(f"{name:>8} | {text}", flush=True)


class Child:
    """One process of the demo."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._environ = dict(environ)
        self._process: subprocess.Popen[str] | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._again_at = 0.0

    def start(self) -> None:
        """Start the process and a thread that prefixes what it writes."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self._command,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert self._process.stdout is not None
        threading.Thread(target=_relay, args=(self.name, self._process.stdout), daemon=True).start()

    def keep_alive(self) -> None:
        """Restart the process if it has ended by itself: after a second, then after growing pauses."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._process = None
            steady = time.monotonic() - self._started > STEADY_SECONDS
            self._pause = FIRST_PAUSE if steady else min(self._pause * 2, LONGEST_PAUSE)
            self._again_at = time.monotonic() + self._pause
            say(self.name, f"ended with code {code}; starting it again in {self._pause:.0f} s")
        elif time.monotonic() >= self._again_at:
            self.start()

    def restart(self) -> None:
        """Stop the process and start it again at once."""
        self.stop()
        self._pause = FIRST_PAUSE
        self.start()

    def stop(self) -> None:
        """End the process and its children: SIGTERM first, then SIGKILL."""
        process, self._process = self._process, None
        if process is None:
            return
        for kind in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, kind)
                process.wait(STOP_SECONDS)
            except ProcessLookupError:
                process.wait()
                return
            except subprocess.TimeoutExpired:
                continue


def _relay(name: str, stream: IO[str]) -> None:
    with stream:
        for line in stream:
            say(name, line.rstrip())


def stop_all(children: Sequence[Child]) -> None:
    """End all of them in parallel."""
    threads = [threading.Thread(target=child.stop) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_once(name: str, arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Run `python -m ...` to its end; on failure print its output and return False."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments], env=dict(environ), capture_output=True, text=True, check=False
    )
    if done.returncode:
        for line in (done.stdout + done.stderr).splitlines():
            say(name, line)
    return done.returncode == 0
