"""`zhangban serve`: the HTTP server, one single-process server per worker under a supervisor."""

import argparse
import logging
import os
import socket
import sys

from server import logs
from server.app import create_app
from server.protocol import BoundedProtocol
from server.settings import Settings
from server.supervisor import deaf, supervise

BACKLOG = 1024


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument("--workers", type=int, default=1, help="processes, one per core")
    parser.add_argument("--fd", type=int, default=-1, help=argparse.SUPPRESS)


def run(given: argparse.Namespace) -> int:
    """Serve until told to stop."""
    settings = Settings.from_environ()
    logs.configure()
    if given.fd >= 0:
        return serve(settings, socket.socket(fileno=given.fd))
    if settings.embedded and given.workers > 1:
        print("zhangban: embedded Redis lives in one process; set ZB_REDIS_URL", file=sys.stderr)
        return 2
    try:
        listening = listen(given.host, given.port)
    except OSError as fault:
        print(f"zhangban: cannot listen on {given.host}:{given.port}: {fault}", file=sys.stderr)
        return 1
    if given.workers == 1:
        return serve(settings, listening)
    listening.set_inheritable(True)
    command = [sys.executable, "-m", "server", "serve", "--fd", str(listening.fileno())]
    return supervise(command, given.workers, listening.fileno())


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that workers can share."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


def serve(settings: Settings, listening: socket.socket) -> int:
    """Run the application on a socket in this process."""
    app = create_app(settings)
    app.register_listener(lambda *_: deaf(), "before_server_stop")
    logging.getLogger("zhangban").info("listening", extra={"pid": os.getpid()})
    app.run(
        sock=listening,
        protocol=BoundedProtocol,
        single_process=True,
        access_log=False,
        motd=False,
        backlog=BACKLOG,
    )
    return 0
