"""Keeps a number of worker processes alive: who dies is replaced, who is told to stop stops all.

Sanic's own manager does not restart a worker that was killed (reliability F9).
"""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Sequence

logger = logging.getLogger("zhangban.supervisor")

LOOK_S = 0.2
STOP_S = 15.0
LONGEST_PAUSE_S = 5.0
_SETTLED_S = 10.0


class Supervisor:
    """Runs `count` copies of a command, all holding one inherited socket."""

    def __init__(self, command: Sequence[str], count: int, fd: int) -> None:
        self._command = list(command)
        self._fd = fd
        self._slots = [_Slot() for _ in range(count)]
        self._stopping = False

    def run(self) -> int:
        """Until SIGTERM or SIGINT; then every worker finishes what it has begun."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            for slot in self._slots:
                self._look(slot)
            time.sleep(LOOK_S)
        return self._finish()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _look(self, slot: "_Slot") -> None:
        now = time.monotonic()
        if slot.process is not None:
            code = slot.process.poll()
            if code is None:
                if now - slot.started > _SETTLED_S:
                    slot.pause_s = 0.0
                return
            logger.warning("worker died", extra={"pid": slot.process.pid, "exit": code})
            slot.process, slot.due = None, now + slot.pause_s
            slot.pause_s = min(max(slot.pause_s * 2, 0.25), LONGEST_PAUSE_S)
        if now >= slot.due and not self._stopping:
            slot.process = subprocess.Popen(self._command, pass_fds=(self._fd,))  # noqa: S603
            slot.started = now

    def _finish(self) -> int:
        alive = [slot.process for slot in self._slots if slot.process is not None]
        for process in alive:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("worker did not stop", extra={"pid": process.pid})
                process.kill()
                process.wait()
        return 0


class _Slot:
    """One place for a worker. pause_s grows while it keeps dying young."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.due = 0.0
        self.pause_s = 0.0


def supervise(command: Sequence[str], count: int, fd: int) -> int:
    """Run the supervisor in this process; the exit code of the whole."""
    logger.info("supervising", extra={"pid": os.getpid(), "workers": count})
    return Supervisor(command, count, fd).run()
