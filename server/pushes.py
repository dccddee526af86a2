"""Notify, wired: the channels that this installation has, the engine over them, and its bus."""

import asyncio
import os
import socket
from collections.abc import Mapping

from models import outbox
from models.store.pace import SharedPace
from models.vocabulary import DeliveryChannel, Platform
from notify.addresses import SealedAddresses
from notify.channels.base import Channel
from notify.choosing import Chooser
from notify.engine import Engine, Means
from notify.lane import Pace
from notify.routing import TextRouter
from notify.writer import TextWriter
from server.bus import Bus, bus_of
from server.context import Context
from server.gateways.alipay import Alipay
from server.gateways.pushing import AlipayChannel, MailChannel, SmsChannel, WeChatChannel
from server.gateways.wechat import WeChat

EMBEDDED_MOST, WORKER_MOST = 20, 50
LETTERS_PER_S = 20.0


def channels_of(context: Context) -> dict[DeliveryChannel, Channel]:
    """The ways out that the settings name."""
    found: dict[DeliveryChannel, Channel] = {}
    wechat = context.platforms.get(Platform.WECHAT)
    if isinstance(wechat, WeChat):
        found[DeliveryChannel.WECHAT] = WeChatChannel(wechat)
    alipay = context.platforms.get(Platform.ALIPAY)
    if isinstance(alipay, Alipay):
        found[DeliveryChannel.ALIPAY] = AlipayChannel(alipay)
    if context.sms is not None:
        found[DeliveryChannel.SMS] = SmsChannel(context.sms)
    if context.mail is not None:
        found[DeliveryChannel.EMAIL] = MailChannel(context.mail)
    return {channel: way for channel, way in found.items() if channel in context.channels}


def engine_of(context: Context, bus: Bus | None = None, *, most: int = WORKER_MOST) -> Engine:
    """The engine over what the context has opened. most: pushes of a platform under way at once."""
    tools = context.ready[0]

    async def arrived(newest: Mapping[str, str]) -> None:
        await tools.news.announce(newest)

    per_s = context.settings.pushes_per_second

    def platform(channel: DeliveryChannel) -> Pace:
        shared = SharedPace(tools.limiter.store, channel.value, per_s)
        return Pace(most, per_s, shared=shared)

    letters = Pace(EMBEDDED_MOST, LETTERS_PER_S)
    means = Means(
        router=TextRouter(Chooser(context.settings.templates, context.channels)),
        writer=TextWriter(context.settings.templates),
        book=SealedAddresses(tools.vault),
        channels=channels_of(context),
        now=context.now,
        arrived=arrived,
        help_wanted=(lambda: bus.tell("")) if bus is not None else lambda: None,
        paces={
            DeliveryChannel.WECHAT: platform(DeliveryChannel.WECHAT),
            DeliveryChannel.ALIPAY: platform(DeliveryChannel.ALIPAY),
            DeliveryChannel.SMS: letters,
            DeliveryChannel.EMAIL: letters,
        },
    )
    return Engine(means, owner=f"{socket.gethostname()[:40]}:{os.getpid()}")


class Teller:
    """Tells the bus of what this process commits. engine: the one in this process, if there is."""

    def __init__(self, context: Context) -> None:
        self.engine: Engine | None = None
        self.bus = bus_of(context.settings, self._heard)
        self._unlisten = outbox.listen(self.bus.tell)

    def _heard(self, _: list[str]) -> None:
        if self.engine is not None:
            self.engine.hear()

    async def close(self) -> None:
        """Tell nothing any more."""
        self._unlisten()
        await self.bus.close()


async def deliver(context: Context, teller: Teller, stop: asyncio.Event, *, most: int) -> None:
    """Plan and push until told to stop; then finish what was begun."""
    teller.engine = engine_of(context, teller.bus, most=most)
    serving = asyncio.create_task(teller.bus.serve(stop))
    await teller.engine.run(stop)
    await serving
