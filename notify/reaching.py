"""Finding out how people can be reached: accounts, credits, preferences, phones; many at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from models import reach
from models.grant import Grant
from models.outbox import Recipient, RecipientKind
from models.registration import Registration
from models.unit import LegalRep
from models.vocabulary import DeliveryChannel, Platform
from notify.choosing import UNCOUNTED, AccountReach, Reach
from notify.quiet import Quiet

CHANNELS = {Platform.WECHAT: DeliveryChannel.WECHAT, Platform.ALIPAY: DeliveryChannel.ALIPAY}
ORDER = (DeliveryChannel.WECHAT, DeliveryChannel.ALIPAY)
"""Which platform is tried first."""


async def reach_people(
    recipients: Collection[tuple[Recipient, str | None]],
) -> dict[Recipient, Reach]:
    """How each recipient can be reached, given with the person behind it where one is known.

    A handful of queries, however many recipients there are.
    """
    people = {person_id for _, person_id in recipients if person_id}
    known = await _known(people)
    strangers = await _phones([recipient for recipient, person_id in recipients if not person_id])
    return {
        recipient: known.get(person_id, Reach())
        if person_id
        else Reach(spare=_sms(recipient, strangers))
        for recipient, person_id in recipients
    }


def _sms(recipient: Recipient, reached: Collection[Recipient]) -> dict[DeliveryChannel, str]:
    return {DeliveryChannel.SMS: str(recipient)} if recipient in reached else {}


async def _known(people: Collection[str]) -> dict[str, Reach]:
    accounts = await _accounts(people)
    wishes: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in await reach.wishes_of(people):
        wishes[row["id"]].append(row)
    return {
        person_id: _reach(person_id, accounts.get(person_id, ()), rows)
        for person_id, rows in wishes.items()
    }


def _reach(
    person_id: str, accounts: Sequence[AccountReach], rows: Sequence[Mapping[str, Any]]
) -> Reach:
    first, key = rows[0], f"{RecipientKind.PERSON}:{person_id}"
    held = {DeliveryChannel.SMS: first["phone"], DeliveryChannel.EMAIL: first["mailbox"]}
    quiet = first["starts_minute"] is not None
    return Reach(
        accounts=accounts,
        spare={channel: key for channel, there in held.items() if there},
        off={(row["topic"], DeliveryChannel(row["channel"])) for row in rows if row["topic"]},
        quiet=Quiet(first["starts_minute"], first["ends_minute"]) if quiet else None,
    )


async def _accounts(people: Collection[str]) -> dict[str, list[AccountReach]]:
    newest: dict[tuple[str, str], AccountReach] = {}
    for row in await reach.accounts_of(people):
        channel = CHANNELS[Platform(row["platform"])]
        place = (row["person_id"], row["platform"])
        account = newest.setdefault(place, AccountReach(channel, row["id"]))
        if row["template"] and row["id"] == account.key:
            left = row["remaining"]
            account.left[row["template"]] = UNCOUNTED if left is None else left
    found: defaultdict[str, list[AccountReach]] = defaultdict(list)
    for (person_id, _), account in newest.items():
        found[person_id].append(account)
    for accounts in found.values():
        accounts.sort(key=lambda each: ORDER.index(each.channel))
    return found


async def _phones(recipients: Collection[Recipient]) -> set[Recipient]:
    """Those recipients who are not known as persons and whose row names a phone."""
    found: set[Recipient] = set()
    for kind, column, held in (
        (RecipientKind.GRANT, "id", Grant.filter(phone_index__isnull=False)),
        (RecipientKind.REGISTRATION, "id", Registration.filter(phone_index__isnull=False)),
        (
            RecipientKind.UNIT_LEGAL_REP,
            "unit_id",
            LegalRep.filter(phone_index__isnull=False, live=True),
        ),
    ):
        ids = [each.id for each in recipients if each.kind is kind]
        if ids:
            known = await held.filter(**{f"{column}__in": ids}).values_list(column, flat=True)
            found |= {Recipient(kind, str(row_id)) for row_id in known}
    return found
