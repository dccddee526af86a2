"""What every request can reach: settings, the clock, tools for handlers, and the platforms."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sanic import Request as SanicRequest
from sanic import Sanic
from sanic.config import Config

from handlers.ports import (
    CertificateAuthority,
    CoreSystem,
    ECard,
    PasswordHasher,
    PhonePlatform,
    Registries,
    RevocationLists,
)
from handlers.tools import Tools
from models.vocabulary import DeliveryChannel, Platform
from server.clock import Clock, utc_now
from server.gateways.mail import Mail
from server.gateways.sms import Sms
from server.hub import Hub
from server.places import Places
from server.settings import Settings
from server.showing import Shows


@dataclass(slots=True)
class Context:
    """One per process. What is None is opened by server.resources before the first request."""

    settings: Settings
    now: Clock = utc_now
    tools: Tools | None = None
    hub: Hub | None = None
    shows: Shows | None = None
    places: Places = field(default_factory=Places)
    ecard: ECard | None = None
    ca: CertificateAuthority | None = None
    revocations: RevocationLists | None = None
    registries: Registries | None = None
    core: CoreSystem | None = None
    hashing: PasswordHasher | None = None
    sms: Sms | None = None
    mail: Mail | None = None
    platforms: Mapping[Platform, PhonePlatform] = field(default_factory=dict)
    draining: bool = False
    opened: Any = None
    under_way: set[asyncio.Future[Any]] = field(default_factory=set)
    beside: list[asyncio.Task[Any]] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def channels(self) -> frozenset[DeliveryChannel]:
        """By what this installation can push messages."""
        settings = self.settings
        platforms = {platform for platform, _ in settings.templates.current}
        found = {
            DeliveryChannel.WECHAT: settings.wechat_appid and Platform.WECHAT in platforms,
            DeliveryChannel.ALIPAY: settings.alipay_appid and Platform.ALIPAY in platforms,
            DeliveryChannel.SMS: settings.sms_base,
            DeliveryChannel.EMAIL: settings.smtp_host,
        }
        return frozenset(channel for channel, there in found.items() if there)

    @property
    def ready(self) -> tuple[Tools, Hub, Shows]:
        """What the start opened. Raises RuntimeError before that."""
        if self.tools is None or self.hub is None or self.shows is None:
            raise RuntimeError("the server has not been started")
        return self.tools, self.hub, self.shows

    @property
    def hasher(self) -> PasswordHasher:
        """Who hashes passwords. Raises RuntimeError before the start."""
        if self.hashing is None:
            raise RuntimeError("the server has not been started")
        return self.hashing


App = Sanic[Config, Context]
Request = SanicRequest[App, SimpleNamespace]
