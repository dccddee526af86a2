"""What every request can reach: settings, the clock, tools for handlers, and the platforms."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sanic import Request as SanicRequest
from sanic import Sanic
from sanic.config import Config

from handlers.ports import ECard, PhonePlatform
from handlers.tools import Tools
from models.vocabulary import Platform
from server.clock import Clock, utc_now
from server.hub import Hub
from server.places import Places
from server.qr import QrTable
from server.settings import Settings


@dataclass(slots=True)
class Context:
    """One per process. What is None is opened by server.resources before the first request."""

    settings: Settings
    now: Clock = utc_now
    tools: Tools | None = None
    hub: Hub | None = None
    qr: QrTable | None = None
    places: Places = field(default_factory=Places)
    ecard: ECard | None = None
    platforms: Mapping[Platform, PhonePlatform] = field(default_factory=dict)
    draining: bool = False
    opened: Any = None
    under_way: set[asyncio.Future[Any]] = field(default_factory=set)

    @property
    def ready(self) -> tuple[Tools, Hub, QrTable]:
        """What the start opened. Raises RuntimeError before that."""
        if self.tools is None or self.hub is None or self.qr is None:
            raise RuntimeError("the server has not been started")
        return self.tools, self.hub, self.qr


App = Sanic[Config, Context]
Request = SanicRequest[App, SimpleNamespace]
