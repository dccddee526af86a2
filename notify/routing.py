"""Who is told how (implements notify.ports.Router): plans letters, keeps the quota, steps in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import reach
from models.delivery import Delivery
from models.inbox import InboxMessage
from models.person import PlatformAccount
from models.subscription import Subscription, spend
from models.vocabulary import DeliveryChannel, Urgency
from notify.channels.base import Reason
from notify.choosing import Chooser, Reach
from notify.letters import letter_of
from notify.ports import Ended, Letter, Plan, Route
from notify.reaching import reach_people
from notify.texts.catalogue import TEXTS
from notify.texts.entry import Text

NO_STANDING_IN = timedelta(0)
_PUSHES = (DeliveryChannel.WECHAT, DeliveryChannel.ALIPAY)
_SERIES = ("filing.", "grant.", "certificate.", "registration.")


@dataclass(frozen=True, slots=True)
class TextRouter:
    """Routes by the texts of the topics, what people chose, and what their platforms take."""

    chooser: Chooser

    async def plan(self, letters: Sequence[Letter], now: datetime) -> Sequence[Plan]:
        """One plan per letter, in the same order. Called inside the planner's transaction."""
        reached = await reach_people({(each.recipient, each.person_id) for each in letters})
        names = await _names_of_units(letters)
        return [self._plan(each, reached[each.recipient], names, now) for each in letters]

    def _plan(self, letter: Letter, reach: Reach, names: Mapping[str, str], now: datetime) -> Plan:
        text = TEXTS.get(letter.topic.value)
        if text is None:
            return Plan()
        unit_id = _unit_of(letter)
        facts = dict(letter.facts)
        if unit_id in names:
            facts.setdefault("unit_name", names[unit_id])
        return Plan(
            urgency=Urgency(text.priority),
            series=_series_of(letter),
            unit_id=unit_id or None,
            expires_at=None,
            facts=facts,
            routes=self.chooser.routes(text, letter, reach, now),
        )

    async def accepted(self, debts: Sequence[tuple[DeliveryChannel, str, str]]) -> None:
        """The platform accepted these (channel, recipient_key, template): spend their quota."""
        await spend((key, template) for channel, key, template in debts if channel in _PUSHES)

    async def ended(self, ended: Sequence[Ended], now: datetime) -> Sequence[tuple[str, Route]]:
        """What stands in for deliveries that ended in vain: (message_id, route)."""
        for each in ended:
            if each.reason == Reason.NO_CONSENT:
                await Subscription.filter(
                    account_id=each.recipient_key, template=each.template
                ).update(remaining=0, refused_at=now)
            elif each.reason == Reason.RECIPIENT and each.channel in _PUSHES:
                await PlatformAccount.filter(id=each.recipient_key).update(unreachable_at=now)
        failed = [each for each in ended if each.reason in _FALL_BACK]
        if not failed:
            return []
        rows = {
            row.id: row
            for row in await InboxMessage.filter(id__in=[each.message_id for each in failed])
        }
        letters = {row.id: letter_of(row) for row in rows.values() if row.read_at is None}
        tried = await _tried(letters)
        reached = await reach_people(
            {(each.recipient, each.person_id) for each in letters.values()}
        )
        return [
            (each.message_id, route)
            for each in failed
            if (letter := letters.get(each.message_id))
            for route in self._standing_in(letter, reached[letter.recipient], tried[letter.id], now)
        ]

    def _standing_in(
        self, letter: Letter, reach: Reach, tried: Collection[DeliveryChannel], now: datetime
    ) -> list[Route]:
        text = TEXTS.get(letter.topic.value)
        if text is None:
            return []
        push = self.chooser.push(text, letter, reach, now, tried=tried)
        if push is not None:
            return [push]
        return self._spare(text, letter, reach, tried, now)

    def _spare(
        self,
        text: Text,
        letter: Letter,
        reach: Reach,
        tried: Collection[DeliveryChannel],
        now: datetime,
    ) -> list[Route]:
        if text.spare is None or set(tried) & {DeliveryChannel.SMS, DeliveryChannel.EMAIL}:
            # It stands in already, or waits for its time.
            return []
        return self.chooser.spare(text, letter, reach, now=now, after=NO_STANDING_IN)


_FALL_BACK = frozenset({Reason.NO_CONSENT, Reason.RECIPIENT, Reason.TEMPLATE, Reason.FORBIDDEN})
"""Ends after which another way is tried; what is stale or was read needs none."""


async def _tried(letters: Mapping[str, Letter]) -> dict[str, set[DeliveryChannel]]:
    tried: dict[str, set[DeliveryChannel]] = {message_id: set() for message_id in letters}
    rows = await Delivery.filter(message_id__in=list(letters)).values_list("message_id", "channel")
    for message_id, channel in rows:
        tried[message_id].add(DeliveryChannel(channel))
    return tried


async def _names_of_units(letters: Sequence[Letter]) -> dict[str, str]:
    rows = await reach.names_of_units({_unit_of(each) for each in letters} - {""})
    return {row["id"]: row["name"] for row in rows}


def _unit_of(letter: Letter) -> str:
    return str(letter.facts.get("unit") or letter.facts.get("unit_id") or "")[:26]


def _series_of(letter: Letter) -> str:
    """What a later message about the same thing supersedes."""
    topic = letter.topic.value
    if not topic.startswith(_SERIES) or topic == "filing.window_closing":
        return ""
    return f"{topic.partition('.')[0]}:{letter.subject}"[:80]
