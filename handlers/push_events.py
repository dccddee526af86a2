"""What WeChat pushes of its subscribe messages 订阅消息事件: consents, refusals, receipts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers import subscriptions
from handlers.subscriptions import Answered
from models.database import tx
from models.delivery import Delivery, PlatformReceipt
from models.vocabulary import DeliveryChannel, DeliveryState

DELIVERED_CODE = "0"


class PushedEvent(StrEnum):
    """The events that we act upon (platforms §1.4); others are taken note of only."""

    POPUP = "subscribe_msg_popup_event"
    CHANGE = "subscribe_msg_change_event"
    SENT = "subscribe_msg_sent_event"


@dataclass(frozen=True, slots=True)
class Pushed:
    """One line of an event. key: the same when it is delivered again; outcome: accept, reject;
    code: of a receipt, `0` when the message arrived.
    """

    key: str
    template: str
    outcome: str = ""
    msgid: str = ""
    code: str = ""


async def receive(
    event: str, openid: str, lines: Sequence[Pushed], long_term: Collection[str], *, now: datetime
) -> int:
    """Take in an event; how many lines were new. Delivered again, it changes nothing."""
    async with tx():
        taken = 0
        for line in lines:
            if event == PushedEvent.SENT:
                taken += await _receipt(openid, line, now)
            elif event in (PushedEvent.POPUP, PushedEvent.CHANGE):
                taken += await subscriptions.record_event(
                    openid,
                    line.template,
                    line.key,
                    _answer(event, line.outcome),
                    forever=line.template in long_term,
                    now=now,
                )
    return taken


def _answer(event: str, outcome: str) -> Answered:
    # `acceptWithAudio` and the like are consents too.
    if outcome.startswith(Answered.ACCEPT):
        return Answered.ACCEPT
    return Answered.WITHDRAW if event == PushedEvent.CHANGE else Answered.REJECT


async def _receipt(openid: str, line: Pushed, now: datetime) -> bool:
    arrived = line.code == DELIVERED_CODE
    if await PlatformReceipt.exists(channel=DeliveryChannel.WECHAT, msgid=line.msgid):
        return False
    await PlatformReceipt.bulk_create(
        [
            PlatformReceipt(
                channel=DeliveryChannel.WECHAT,
                msgid=line.msgid[:64],
                recipient=openid[:64],
                template=line.template[:64],
                delivered=arrived,
                code=line.code[:40],
                at=now,
            )
        ],
        ignore_conflicts=True,
    )
    sent = Delivery.filter(
        channel=DeliveryChannel.WECHAT, platform_msgid=line.msgid, state=DeliveryState.SENT
    )
    row = await sent.first()
    if row is not None:
        state = DeliveryState.DELIVERED if arrived else DeliveryState.FAILED
        await sent.update(state=state, code="" if arrived else line.code[:40])
        await PlatformReceipt.filter(channel=DeliveryChannel.WECHAT, msgid=line.msgid).update(
            delivery_id=row.id
        )
    return True
