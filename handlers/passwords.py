"""Setting a password 设置密码: its rules, its history, and the end of all sessions.

Source: domain §4.1, 常见问题 1.1.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from handlers.endings import begin_ending, end_sessions
from handlers.locks import count_failure, forget_failures, require_open
from handlers.mandates import standing_of
from handlers.ports import PasswordHasher
from handlers.step_up import opened_within
from handlers.tools import Tools
from models import audit, outbox
from models.account import Account, PasswordToken
from models.actor import Actor
from models.audit import Action
from models.database import tx
from models.errors.entry import FieldError
from models.errors.filing import STATE_CHANGED
from models.errors.grant import STEP_UP_NEEDED
from models.errors.login import PASSWORD_WEAK
from models.ids import new_id
from models.person import Person
from models.sealed import Vault
from models.store.session import Proof, Session
from models.unit import LegalRep
from models.vocabulary import Role

SHORTEST, KINDS, REMEMBERED = 10, 3, 5
FRESH = timedelta(minutes=30)
_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that may be set, hashed; for whom, and over which state of their account."""

    person: Person
    account: Account | None
    hash: str


async def fit(tools: Tools, hasher: PasswordHasher, person: Person, password: str) -> NewPassword:
    """Hash a password that satisfies the rules. Refuses: PASSWORD_WEAK naming what is wrong, BUSY.

    At least 10 characters of three kinds, none of the last five, without the account's names and
    the document number.   Source: domain §4.1 身份鉴别 a. Called outside any transaction.
    """
    account = await Account.get_or_none(person_id=person.id)
    faults = faults_of(password, await _own_words(tools.vault, person))
    if not faults and account is not None:
        kept = [account.password_hash, *msgspec.json.decode(account.history, type=list[str])]
        if await hasher.any_matches(kept[:REMEMBERED], password):
            faults = ["不能与最近5次用过的密码相同"]
    if faults:
        raise PASSWORD_WEAK.refuse(errors=[FieldError("/password", fault) for fault in faults])
    return NewPassword(person, account, await hasher.hash(password))


def faults_of(password: str, own: list[str]) -> list[str]:
    """What is wrong with a password in itself. own: words that must not stand in it."""
    faults = []
    if len(password) < SHORTEST:
        faults.append("至少10位")
    if sum(bool(re.search(kind, password)) for kind in _KINDS) < KINDS:
        faults.append("大写字母、小写字母、数字、符号四类中至少用三类")
    if any(word in password.casefold() for word in own):
        faults.append("不能包含账号、手机号或证件号码")
    return faults


async def _own_words(vault: Vault, person: Person) -> list[str]:
    identity = person.open(vault)
    reps = await LegalRep.filter(
        id_type=person.id_type, id_no_index=person.id_no_index, live=True
    ).select_related("unit")
    words = [identity.id_no, identity.phone or "", *(rep.unit.uscc for rep in reps)]
    return [word.casefold() for word in words if word]


async def put_in_force(
    tools: Tools, actor: Actor, new: NewPassword, by: str, *, now: datetime
) -> None:
    """Write a new password, end what hangs on the old one, owe the holder a word.

    by: `code`, `link`, `scan` or `old`. Must be called inside a transaction; `end_sessions` comes
    after it. Refuses: STATE_CHANGED when the password was changed meanwhile.
    """
    person, account = new.person, new.account
    await begin_ending(tools, person)
    if account is None:
        await Account.create(
            id=new_id(),
            person_id=person.id,
            password_hash=new.hash,
            history="[]",
            changed_at=now,
            created_at=now,
        )
    else:
        await _replace(account, new.hash, now)
        await forget_failures(account.id)
    await PasswordToken.filter(person_id=person.id, used_at=None).update(used_at=now)
    await outbox.put(
        outbox.Topic.ACCOUNT_PASSWORD_RESET,
        person.id,
        [outbox.person(person.id)],
        {"by": by, "first": account is None},
        dedupe_key=f"password_reset:{person.id}:{person.revision + 1}",
        now=now,
    )
    await audit.record(
        tools.vault, actor, Action.PASSWORD_SET, person.id, now=now, detail={"by": by}
    )


async def _replace(account: Account, new_hash: str, now: datetime) -> None:
    before = [account.password_hash, *msgspec.json.decode(account.history, type=list[str])]
    changed = await Account.filter(id=account.id, revision=account.revision).update(
        password_hash=new_hash,
        history=msgspec.json.encode(before[: REMEMBERED - 1]).decode(),
        changed_at=now,
        revision=account.revision + 1,
    )
    if not changed:
        raise STATE_CHANGED.refuse(current="已修改")


async def set_own(  # noqa: PLR0913
    tools: Tools,
    hasher: PasswordHasher,
    session: Session,
    actor: Actor,
    *,
    password: str,
    old: str | None,
    now: datetime,
) -> None:
    """Set the password of whoever is signed in: after a fresh scan, or with the old password.

    Every session ends, this one too. Refuses: LEGAL_REP_UNKNOWN, STEP_UP_NEEDED,
    CREDENTIALS_WRONG and its kind for a wrong old password, PASSWORD_WEAK, BUSY, STATE_CHANGED.
    """
    person = await Person.get(id=session.person_id)
    (await standing_of(tools.vault, person, now)).require(Role.LEGAL_REP)
    by = "scan"
    if old is not None:
        by = "old"
        await _require_old(hasher, person, old, now)
    elif session.proof is not Proof.SCAN or not opened_within(session, FRESH, now):
        raise STEP_UP_NEEDED.refuse()
    new = await fit(tools, hasher, person, password)
    async with tx():
        await put_in_force(tools, actor, new, by, now=now)
    await end_sessions(tools, person)


async def _require_old(hasher: PasswordHasher, person: Person, old: str, now: datetime) -> None:
    account = await Account.get_or_none(person_id=person.id)
    if account is None:
        raise STEP_UP_NEEDED.refuse()
    await require_open(account.id, now)
    if await hasher.verify(account.password_hash, old):
        return
    async with tx():
        failure = await count_failure(account.id, now)
    raise failure.refusal(now)
