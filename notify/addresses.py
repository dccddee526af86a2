"""Where people are, in clear: opened only for sending, and kept nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.grant import Grant
from models.identity import IdentityColumns
from models.outbox import Recipient, RecipientKind
from models.person import Person
from models.reach import subjects_of
from models.registration import Registration
from models.sealed import Vault
from models.unit import LegalRep
from models.vocabulary import DeliveryChannel, Platform

_PLATFORMS = {DeliveryChannel.WECHAT: Platform.WECHAT, DeliveryChannel.ALIPAY: Platform.ALIPAY}


@dataclass(frozen=True, slots=True)
class SealedAddresses:
    """Looks up accounts, and opens phones and mailboxes (implements notify.ports.AddressBook).

    An account that has lost its person since is not written to. Of Alipay the address says by what
    kind of id the person is known there: `open_id:…` or `user_id:…`.
    """

    vault: Vault

    async def find(self, channel: DeliveryChannel, keys: Sequence[str]) -> Mapping[str, str]:
        """The address in clear behind each recipient_key that has one."""
        platform = _PLATFORMS.get(channel)
        if platform is not None:
            return await _accounts(platform, keys)
        found: dict[str, str] = {}
        for kind in RecipientKind:
            named = [Recipient.read(key) for key in keys if key.startswith(f"{kind}:")]
            for row_id, row in (await _rows(kind, [each.id for each in named])).items():
                address = self._opened(channel, row)
                if address:
                    found[f"{kind}:{row_id}"] = address
        return found

    def _opened(self, channel: DeliveryChannel, row: IdentityColumns) -> str | None:
        if channel is DeliveryChannel.EMAIL:
            return row.email(self.vault) if isinstance(row, Person) else None
        return row.open(self.vault).phone


async def _accounts(platform: Platform, keys: Sequence[str]) -> dict[str, str]:
    rows = await subjects_of(platform, keys)
    if platform is Platform.WECHAT:
        return {row["id"]: row["subject"] for row in rows}
    return {row["id"]: f"{row['kind']}:{row['subject']}" for row in rows}


async def _rows(kind: RecipientKind, ids: Sequence[str]) -> dict[str, IdentityColumns]:
    if not ids:
        return {}
    if kind is RecipientKind.UNIT_LEGAL_REP:
        reps = await LegalRep.filter(unit_id__in=list(ids), live=True)
        return {row.unit_id: row for row in reps}
    table: type[IdentityColumns] = {
        RecipientKind.PERSON: Person,
        RecipientKind.GRANT: Grant,
        RecipientKind.REGISTRATION: Registration,
    }[kind]
    return {row.id: row for row in await table.filter(id__in=list(ids))}
