"""Keeps a number of worker processes alive: who dies is replaced, who is told to stop stops all.

Sanic's own manager does not restart a worker that was killed (reliability F9).
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

logger = logging.getLogger("zhangban.supervisor")

LOOK_S = 0.2
STOP_S = 15.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0
_SETTLED_S = 10.0
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class Supervisor:
    """Runs `count` copies of a command, all holding one inherited socket."""

    def __init__(self, command: Sequence[str], count: int, fd: int) -> None:
        self._command = list(command)
        self._fd = fd
        self._slots = [_Slot() for _ in range(count)]
        self._stopping = False
        self._before_exec = _bound_to(os.getpid())

    def run(self) -> int:
        """Until SIGTERM or SIGINT; then every worker finishes what it has begun."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self._stopping:
                for slot in self._slots:
                    self._look(slot)
                time.sleep(LOOK_S)
        finally:
            self._finish()
        return 0

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
            slot.rest(now)
        if now >= slot.due and not self._stopping:
            self._start(slot, now)

    def _start(self, slot: "_Slot", now: float) -> None:
        slot.started = now
        try:
            # A session of its own: Ctrl-C in a terminal is for us, we pass it on once.
            slot.process = subprocess.Popen(  # noqa: S603
                self._command,
                pass_fds=(self._fd,),
                start_new_session=True,
                preexec_fn=self._before_exec,  # noqa: PLW1509 - there are no threads here
            )
        except (OSError, subprocess.SubprocessError) as fault:
            # No memory, no process to be had: the other workers must not suffer for it.
            logger.warning("worker not started", extra={"fault": type(fault).__name__})
            slot.rest(now)

    def _finish(self) -> None:
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


class _Slot:
    """One place for a worker. pause_s grows while it keeps dying young."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.due = 0.0
        self.pause_s = 0.0

    def rest(self, now: float) -> None:
        """Empty the place; the next worker may start after a pause, the one after that later."""
        self.process, self.due = None, now + self.pause_s
        self.pause_s = min(max(self.pause_s * 2, FIRST_PAUSE_S), LONGEST_PAUSE_S)


def _bound_to(parent: int) -> Callable[[], None] | None:
    """What a worker does before it begins: it asks the kernel to be stopped when we are no more."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def bind() -> None:
        libc.prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(0)

    return bind


def supervise(command: Sequence[str], count: int, fd: int) -> int:
    """Run the supervisor in this process; the exit code of the whole."""
    logger.info("supervising", extra={"pid": os.getpid(), "workers": count})
    return Supervisor(command, count, fd).run()


def deaf() -> None:
    """Let a worker that has begun to stop finish: a second signal would end it half-way.

    It comes when somebody stops the whole group, and the supervisor then passes the signal on.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
