"""Before a claim is sent: is it worth sending still, was it sent already, to whom, which words."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from models import doubts, letters
from models.claims import Claimed
from models.doubts import Doubt, Found
from models.outbox import Recipient, Topic
from models.raw import moment
from models.settling import Settled
from models.vocabulary import DeliveryChannel, DeliveryState
from notify.channels.base import Address, Message, Reason
from notify.judging import skipped
from notify.ports import AddressBook, Debt, Letter, Writer

logger = logging.getLogger("zhangban.notify")

UNREAD = "unread"
"""The guard of a push that steps in for one that was not read (notify.choosing)."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claim that is ready to leave. companions: deliveries that this push speaks for as well."""

    claim: Claimed
    address: Address
    message: Message
    companions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Preparer:
    """Prepares the claims of one channel, many at a time, with a handful of queries."""

    channel: DeliveryChannel
    book: AddressBook
    writer: Writer

    async def prepare(
        self, claims: Sequence[Claimed], now: datetime
    ) -> tuple[list[Parcel], list[Settled]]:
        """What is to be sent, and what is settled without being sent."""
        rows = await letters.messages_of([each.message_id for each in claims])
        parcels: list[Parcel] = []
        settled: list[Settled] = []
        wanted = []
        for claim in claims:
            reason = _stale(claim, rows[claim.message_id], now)
            if reason and claim.doubt_since is None:
                settled.append(skipped(claim, reason, now))
            else:
                wanted.append(claim)
        addresses, together = await asyncio.gather(
            self.book.find(self.channel, list({each.recipient_key for each in wanted})),
            letters.companions_of(self.channel, wanted, now),
        )
        reported = await self._reported(wanted, addresses)
        for claim in wanted:
            row = rows[claim.message_id]
            ready: Parcel | Settled | None = _doubtful(
                claim, reported.get(claim.id), _stale(claim, row, now), now
            )
            if ready is None:
                ready = self._pack(claim, row, together.get(claim.id, ()), addresses, now)
            if isinstance(ready, Parcel):
                parcels.append(ready)
            else:
                settled.append(ready)
        return parcels, settled

    async def _reported(
        self, claims: Sequence[Claimed], addresses: Mapping[str, str]
    ) -> dict[int, Found]:
        in_doubt = [
            Doubt(each.id, addresses[each.recipient_key], each.template, each.doubt_since)
            for each in claims
            if each.doubt_since is not None and each.recipient_key in addresses
        ]
        return await doubts.resolve(self.channel, in_doubt) if in_doubt else {}

    def _pack(
        self,
        claim: Claimed,
        row: Mapping[str, Any],
        together: Sequence[Mapping[str, Any]],
        addresses: Mapping[str, str],
        now: datetime,
    ) -> Parcel | Settled:
        to = addresses.get(claim.recipient_key)
        if to is None:
            return _failed(claim, Reason.RECIPIENT, now)
        debt = Debt(
            id=claim.id,
            channel=self.channel,
            recipient_key=claim.recipient_key,
            template=claim.template,
            letter=read_letter(row),
            text_version=row["text_version"],
            digested=tuple(read_letter(each) for each in together),
        )
        try:
            message = self.writer.compose(debt)
        except ValueError:
            logger.exception("no words", extra={"delivery": claim.id, "topic": row["topic"]})
            return _failed(claim, Reason.TEMPLATE, now)
        companions = tuple(int(each["delivery_id"]) for each in together)
        return Parcel(claim, Address(to, claim.recipient_key), message, companions)


def read_letter(row: Mapping[str, Any]) -> Letter:
    """The letter in a row of models.letters."""
    return Letter(
        id=row["id"],
        topic=Topic(row["topic"]),
        subject=row["subject"],
        recipient=Recipient.read(row["recipient"]),
        person_id=row["person_id"],
        facts=msgspec.json.decode(row["facts"]),
        created_at=moment(row["created_at"]) or datetime.min,  # noqa: DTZ901 - never null
    )


def _stale(claim: Claimed, row: Mapping[str, Any], now: datetime) -> str:
    """Why a push is not worth sending any more, '' when it is."""
    if claim.expires_at is not None and claim.expires_at <= now:
        return "expired"
    if row["superseded"]:
        return "superseded"
    if claim.guard == UNREAD and row["read"]:
        return "read"
    return ""


def _doubtful(claim: Claimed, found: Found | None, stale: str, now: datetime) -> Settled | None:
    """How a push that may have been sent before is settled without sending it, if it can be."""
    if claim.doubt_since is None:
        return None
    if found is not None:
        state = DeliveryState.DELIVERED if found.delivered else DeliveryState.FAILED
        code = "" if found.delivered else found.code
        return Settled(claim, state, "receipt", now, code=code, msgid=found.msgid)
    if stale:
        return skipped(claim, stale, now)
    if claim.once:
        return skipped(claim, "in_doubt", now)
    return None


def _failed(claim: Claimed, reason: Reason, now: datetime) -> Settled:
    return Settled(claim, DeliveryState.FAILED, "give_up", now, reason=reason.value)
