"""Server trees: started, counted with their children, stopped by process id."""

import os
import sys
import time
from pathlib import Path

import pytest

from bench.box import MachineTime, calibrate, fingerprint
from bench.procs import Program, Server, StartError, free_port, start

SERVING = """
import http.server, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])),
                                http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def a_server(tmp_path: Path) -> Server:
    port = free_port()
    program = Program("small", (sys.executable, "-c", SERVING, str(port)), port, "/", {}, tmp_path)
    return start(program, tmp_path)


def test_a_server_is_stopped_together_with_its_children(tmp_path: Path) -> None:
    server = a_server(tmp_path)
    members = server.refresh()

    server.stop()

    assert len(members) == 2
    time.sleep(0.2)
    for pid in members:
        state = Path(f"/proc/{pid}/stat")
        assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_cpu_and_memory_of_a_server_are_read(tmp_path: Path) -> None:
    server = a_server(tmp_path)
    try:
        assert server.cpu_ns() > 1_000_000
        memory = server.memory()
        assert memory.rss > memory.uss > 1_000_000
    finally:
        server.stop()


def test_a_program_that_ends_at_once_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", "raise SystemExit('no such setting')")

    with pytest.raises(StartError, match="no such setting"):
        start(Program("broken", argv, free_port(), "/", {}, tmp_path), tmp_path)


def test_settings_of_the_caller_do_not_reach_a_measured_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZB_LEAK", "yes")
    argv = (sys.executable, "-c", "import os; raise SystemExit(os.environ.get('ZB_LEAK', 'kept'))")

    with pytest.raises(StartError, match="kept"):
        start(Program("asking", argv, free_port(), "/", {}, tmp_path), tmp_path)


def test_the_fingerprint_names_the_machine_but_not_the_host() -> None:
    found = fingerprint()

    assert found["cores"] == os.cpu_count()
    assert os.uname().nodename not in str(found)


def test_the_machine_is_busy_while_we_are() -> None:
    before = MachineTime.now()

    for _ in range(4):
        calibrate()

    assert MachineTime.now().busy > before.busy
