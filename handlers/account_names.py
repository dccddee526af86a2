"""What people type as their account 账号: the USCC of a unit they represent, or the bound phone."""

from dataclasses import dataclass

from handlers.locks import STRANGER
from models.account import Account
from models.codes.fault import CodeFault
from models.codes.phone import clean_phone
from models.codes.uscc import Uscc
from models.errors.entry import Entry
from models.errors.login import ACCOUNT_UNKNOWN, CREDENTIALS_WRONG, PASSWORD_NOT_ENABLED
from models.person import Person
from models.sealed import Vault
from models.unit import LegalRep, Unit
from models.vocabulary import UnitStatus


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a name leads to. subject: under what failed tries are counted; '' counts none.

    account, person: None for a stranger, whom `why` is told of. unit_id: the unit that was named.
    """

    subject: str
    why: Entry
    account: Account | None = None
    person: Person | None = None
    unit_id: str = ""

    @property
    def password_hash(self) -> str | None:
        """What a password is compared with."""
        return self.account.password_hash if self.account else None


async def look_up(vault: Vault, name: str) -> Named:
    """The account behind a name, or why there is none.

    A USCC is public, so it may be said that it is not registered (ACCOUNT_UNKNOWN) or has no
    password (PASSWORD_NOT_ENABLED). Of any other name only CREDENTIALS_WRONG is ever said, and its
    failed tries are counted whether it exists or not (domain §8, enumeration note).
    """
    text = name.strip()
    try:
        return await _by_uscc(Uscc(text).value)
    except CodeFault:
        pass
    stranger = Named(f"{STRANGER}{vault.index('account', text.casefold())}", CREDENTIALS_WRONG)
    try:
        phone = clean_phone(text)
    except CodeFault:
        return stranger
    candidates = vault.index_candidates("phone", phone)
    found = await Account.filter(person__phone_index__in=candidates).select_related("person")
    # A number that two accounts share names neither: they are told apart by USCC.
    return _named(found[0]) if len(found) == 1 else stranger


def _named(account: Account, unit_id: str = "") -> Named:
    return Named(account.id, CREDENTIALS_WRONG, account, account.person, unit_id)


async def _by_uscc(code: str) -> Named:
    unit = await Unit.get_or_none(uscc=code, status=UnitStatus.ACTIVE)
    rep = await LegalRep.get_or_none(unit_id=unit.id, live=True) if unit else None
    if unit is None or rep is None:
        return Named("", ACCOUNT_UNKNOWN)
    account = (
        await Account.filter(
            person__id_type=rep.id_type,
            person__id_no_index=rep.id_no_index,
            person__name_index=rep.name_index,
        )
        .select_related("person")
        .first()
    )
    return _named(account, unit.id) if account else Named("", PASSWORD_NOT_ENABLED)
