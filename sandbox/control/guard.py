"""Who may control the sandbox: programs and pages of this very machine."""

import ipaddress

from sanic.exceptions import Forbidden
from sanic.request import Request


def is_loopback(address: str) -> bool:
    """Is this the machine talking to itself?"""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


async def guard_control(request: Request) -> None:
    """Keep other machines, and other sites' pages in a browser on this one, away from control."""
    if not request.path.startswith("/_ctl"):
        return
    if not is_loopback(request.ip):
        raise Forbidden("control is for loopback clients only")
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://", 1)[-1] != request.host:
        raise Forbidden("control is not for pages of other sites")
