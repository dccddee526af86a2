"""What handlers work with: keys, short-lived state, limits, and who knows where an address is."""

from collections.abc import Callable
from dataclasses import dataclass

from models.frame import Frames
from models.sealed import Vault
from models.store.challenge import Challenges, Rate
from models.store.limit import Limit, Limiter
from models.store.news import News
from models.store.session import Sessions
from models.trust import Issuers

Locate = Callable[[str], str]
"""Address → `黑龙江哈尔滨`, `局域网` …, empty when unknown."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Handed to each handler by its door; holds no state of its own."""

    vault: Vault
    frames: Frames
    challenges: Challenges
    sessions: Sessions
    limiter: Limiter
    news: News
    locate: Locate
    issue_rate: Rate
    poll_rate: Rate
    sign_in_limit: Limit
    scan_limit: Limit
    password_limit: Limit
    browser_limit: Limit
    code_limit: Limit
    site: str
    acceptance: bool
    issuers: Issuers
