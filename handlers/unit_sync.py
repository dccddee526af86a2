"""Units as the core system 业务系统 knows them: taken in once, in order, with their legal reps."""

from dataclasses import dataclass, field
from datetime import datetime

from handlers.filing_events import Result, Taken, rejected
from handlers.grant_changes import Changes, changing
from handlers.tools import Tools
from handlers.unit_reps import close, end_sessions, replace_legal_rep
from handlers.unit_rows import Particulars, SentRelation, put_relation, put_unit, wrong
from models import audit, ingest
from models.actor import Actor
from models.audit import Action
from models.codes.document import IdDocument
from models.codes.fault import CodeFault
from models.codes.uscc import Uscc
from models.errors.entry import Entry, FieldError, Refusal
from models.errors.grant import GRANT_REVOKED
from models.errors.registration import ID_NO_INVALID, USCC_INVALID
from models.errors.unit import UNIT_CLOSED
from models.identity import Identity
from models.names import clean
from models.unit import LegalRep, Unit
from models.vocabulary import IdType, UnitStatus


@dataclass(frozen=True, slots=True)
class SentLegalRep:
    """A legal representative, unchecked. id_type: AAC058 code."""

    id_type: str
    id_no: str
    name: str


@dataclass(frozen=True, slots=True)
class SentUnit:
    """What the core system says of a unit, unchecked. at: the moment of which it speaks.

    An empty address, no relations, no legal_rep and closed None say nothing, they take nothing
    away. closed: 注销, or open again.
    """

    event_id: str
    uscc: str
    name: str
    at: datetime
    address: str = ""
    relations: tuple[SentRelation, ...] = field(default=())
    legal_rep: SentLegalRep | None = None
    closed: bool | None = None


async def take_in(tools: Tools, actor: Actor, sent: SentUnit, *, now: datetime) -> Result:
    """Bring a unit up to date, once per event of a system; one not registered here waits for it.

    Rejected, with the code: USCC_INVALID, ID_NO_INVALID, INPUT_WRONG (a name or an agency),
    UNIT_NOS_INCONSISTENT for a 单位编号 of another unit, STATE_CHANGED for old news. A rejected
    event leaves nothing behind.
    """
    try:
        particulars, rep = _particulars(sent), _identity(sent.legal_rep)
        async with changing(tools, now) as changes:
            if not await ingest.claim(actor.person_id, sent.event_id, now):
                return Result(sent.event_id, Taken.DUPLICATE)
            before, unit = await put_unit(particulars, now)
            for number, relation in enumerate(sent.relations):
                await put_relation(unit, relation, f"/relations/{number}")
            ended = await _people(changes, before, unit, rep)
            detail = {
                "revision": unit.revision,
                "status": unit.status.value,
                "renamed": unit.name != before.name,
                "rep_changed": any(why is GRANT_REVOKED for _, why in ended),
            }
            await audit.record(
                tools.vault, actor, Action.UNIT_INGEST, unit.id, now=now, detail=detail
            )
    except Refusal as refusal:
        return rejected(sent.event_id, refusal)
    for row, why in ended:
        await end_sessions(tools, row, why)
    return Result(sent.event_id, Taken.APPLIED)


async def _people(
    changes: Changes, before: Unit, unit: Unit, rep: Identity | None
) -> list[tuple[LegalRep, Entry]]:
    """The legal representatives whose sessions are to end, and why."""
    closed = replaced = None
    if unit.status is UnitStatus.CLOSED and before.status is not UnitStatus.CLOSED:
        closed = await close(changes, unit)
    if rep is not None:
        replaced = await replace_legal_rep(changes, unit, rep)
    ended = ((closed, UNIT_CLOSED), (replaced, GRANT_REVOKED))
    return [(row, why) for row, why in ended if row is not None]


def _particulars(sent: SentUnit) -> Particulars:
    try:
        uscc = Uscc(sent.uscc).value
    except CodeFault:
        raise USCC_INVALID.refuse(errors=[FieldError("/uscc", "校验码不正确")]) from None
    name = sent.name.strip()
    if not name:
        raise wrong("/name", "不能为空")
    return Particulars(uscc, name, sent.address.strip(), sent.at, sent.closed)


def _identity(sent: SentLegalRep | None) -> Identity | None:
    if sent is None:
        return None
    try:
        document = IdDocument(IdType(sent.id_type), sent.id_no)
    except (CodeFault, ValueError):
        at_fault = FieldError("/legal_rep/id_no", "证件类型或号码不正确")
        raise ID_NO_INVALID.refuse(errors=[at_fault]) from None
    try:
        return Identity(document.id_type, document.number, clean(sent.name))
    except CodeFault:
        raise wrong("/legal_rep/name", "姓名不正确") from None
