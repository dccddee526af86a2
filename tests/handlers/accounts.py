"""Password accounts for tests: quick hashes, an account with a password, attempts to come in."""

from dataclasses import dataclass
from datetime import datetime

from handlers import password_logins
from handlers.entries import Entered
from handlers.password_logins import Attempt
from handlers.tools import Tools
from models.account import Account
from models.actor import Actor
from models.identity import Identity
from models.ids import new_id
from models.person import Person
from models.unit import LegalRep, Unit
from server.hashing import Cost, Hashing
from tests.build import DESK, NOW, Rep, a_person, a_registered_rep, an_identity, vault

PASSWORD, OTHER_PASSWORD = "Correct-Horse-1", "Correct-Horse-2"
PHONE, MAILBOX = "13900002399", "rep@zhangban.example.cn"
QUICK = Cost(passes=1, memory_kib=16)
ACTOR = Actor(ip=DESK.ip, trace_id="t0")


@dataclass(frozen=True, slots=True)
class Held:
    """A legal representative with a password account."""

    person: Person
    unit: Unit
    legal_rep: LegalRep
    account: Account


async def a_held_account(
    hasher: Hashing,
    *,
    phone: str | None = PHONE,
    email: str | None = MAILBOX,
    rep: Rep | None = None,
    changed_at: datetime = NOW,
) -> Held:
    """A legal representative, PASSWORD theirs since changed_at, phone and mailbox bound."""
    identity = an_identity()
    known = Identity(identity.id_type, identity.id_no, identity.name, phone)
    found = rep or await a_registered_rep(person=await a_person(known))
    await Person.filter(id=found.person.id).update(
        **Person.sealed_email(vault(), found.person.id, email)
    )
    account = await Account.create(
        id=new_id(),
        person_id=found.person.id,
        password_hash=await hasher.hash(PASSWORD),
        history="[]",
        changed_at=changed_at,
        created_at=changed_at,
    )
    person = await Person.get(id=found.person.id)
    return Held(person, found.unit, found.legal_rep, account)


async def come_in(
    tools: Tools,
    hasher: Hashing,
    account: str,
    password: str = PASSWORD,
    *,
    now: datetime = NOW,
) -> Entered:
    """Try to log in from the usual desk."""
    attempt = Attempt(account, password, DESK, "browser")
    return await password_logins.sign_in(tools, hasher, ACTOR, attempt, now=now)
