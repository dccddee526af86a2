"""The first administrator of an installation: no default account, no default password (MLPS)."""

from datetime import datetime

from handlers.officer_invitations import issue_token
from models import audit
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.ids import new_id
from models.officer import Officer, address
from models.sealed import Vault
from models.vocabulary import Duty, OfficerStatus


class AlreadyThere(Exception):
    """There is such an administrator; the others are made at the console."""


async def bootstrap(vault: Vault, duty: Duty, account: str, name: str, *, now: datetime) -> str:
    """A one-time token for the first holder of an administrator's duty.

    While nobody has used it, it can be issued anew; the one before is void then. Raises
    AlreadyThere once somebody holds the duty and can sign in.
    """
    async with tx():
        if await Officer.filter(admin=duty).exclude(status=OfficerStatus.INVITED).exists():
            raise AlreadyThere
        officer = await Officer.get_or_none(admin=duty, status=OfficerStatus.INVITED)
        if officer is None:
            row_id = new_id()
            officer = await Officer.create(
                id=row_id,
                account=account.casefold(),
                name_sealed=vault.seal(name, aad=address("name", row_id)),
                admin=duty,
                created_at=now,
            )
        token = await issue_token(officer.id, now)
        said = {"duty": duty.value}
        await audit.record(vault, Actor(), Action.OFFICER_CREATE, officer.id, now=now, detail=said)
    return token
