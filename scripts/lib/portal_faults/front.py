"""A line to another system that can be cut, made to hang, or made to lie, for HTTP and SMTP alike."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Literal

Mood = Literal["well", "slow", "down", "lying"]
PIECE = 65_536


class Front:
    """Listens on a port of its own and passes on to `target` (host, port). `lie` is what it says in place of an answer;
    with `first` before anything was asked, as a mail server speaks first."""

    def __init__(self, target: tuple[str, int], lie: bytes, *, first: bool = False) -> None:
        self.mood: Mood = "well"
        self._target, self._lie, self._first = target, lie, first
        self._over = threading.Event()
        self._listening = self._listen(0)
        self.port: int = self._listening.getsockname()[1]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def being(self, mood: Mood) -> Iterator[None]:
        """In this mood until the block ends; then those who hang are let go."""
        self.mood = mood
        if mood == "down":
            self._stop()
        yield
        if mood == "down":
            self._listening = self._listen(self.port)
        self.mood = "well"
        self._over.set()
        self._over = threading.Event()

    def close(self) -> None:
        self._over.set()
        self._stop()

    def _stop(self) -> None:
        # A closed socket goes on listening while a thread waits in accept().
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _listen(self, port: int) -> socket.socket:
        listening = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
        return listening

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it was stopped
            while True:
                line, _ = listening.accept()
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        mood, over = self.mood, self._over
        with line, contextlib.suppress(OSError):  # either end went away
            if mood == "slow":
                over.wait()
                return
            if mood == "lying" and self._first:
                line.sendall(self._lie)
                return
            with socket.create_connection(self._target) as other:
                back = threading.Thread(target=self._answers, args=(other, line, mood), daemon=True)
                back.start()
                _pass(line, other)
                back.join()

    def _answers(self, other: socket.socket, line: socket.socket, mood: Mood) -> None:
        with contextlib.suppress(OSError):
            if mood == "lying":
                other.recv(PIECE)  # it has done what it was asked, and nobody hears of it
                line.sendall(self._lie)
                line.shutdown(socket.SHUT_RDWR)
                return
            _pass(other, line)


def _pass(source: socket.socket, target: socket.socket) -> None:
    """Everything from one to the other, and then its end."""
    while data := source.recv(PIECE):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)
