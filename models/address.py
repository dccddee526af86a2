"""Network addresses, read once for whoever asks about them: limits, places, proxies."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address


@lru_cache(maxsize=10_000)
def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text spells; None for anything else."""
    try:
        return ip_address(text)
    except ValueError:
        return None
